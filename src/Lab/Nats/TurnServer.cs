// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Nats;

/// <summary>A STUN and TURN server in virtual time (RFC 8489, RFC 8656): UDP and TCP on port 3478, relays on ports above 49152.</summary>
/// <remarks>
/// <code>
///   client ──(challenge, Allocate, CreatePermission, ChannelBind, Refresh)──► TurnServer ──► TurnAllocation ◄──► peers
/// </code>
/// Strict where a client could cheat itself: no answer without credentials, no packet without a permission, nothing after the lifetime.
/// Thread: its network's.
/// </remarks>
internal sealed class TurnServer : IDisposable
{
    /// <summary>The port of RFC 8489.</summary>
    public const ushort Port = 3478;

    private const string Realm = "lab.example";
    private readonly NatNetwork _network;
    private readonly NatHost _host;
    private readonly StunKey _md5;
    private readonly StunKey _sha256;
    private readonly Dictionary<TurnFiveTuple, TurnAllocation> _allocations = [];
    private readonly Dictionary<ushort, TurnAllocation> _relays = [];
    private int _nonce;

    /// <summary>Begins to serve.</summary>
    public TurnServer(NatNetwork network, NatHost host, string user = "earshot", string password = "a-long-secret")
    {
        (_network, _host, User, Password) = (network, host, user, password);
        _md5 = StunKey.LongTermMd5(user, Realm, password);
        _sha256 = StunKey.LongTermSha256(user, Realm, password);
        host.OnDatagram = HandleDatagram;
        host.OnConnection = HandleConnection;
    }

    /// <summary>Where it is asked.</summary>
    public TransportAddress Address => _host.Address.WithPort(Port);

    /// <summary>Whom it serves.</summary>
    public string User { get; }

    /// <summary>And what they have to know.</summary>
    public string Password { get; }

    /// <summary>Wants SHA-256 (RFC 8489 §18.5); else MD5.</summary>
    public bool UsesSha256 { get; init; }

    /// <summary>What it grants.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How it misbehaves.</summary>
    public TurnVice Vice { get; set; }

    /// <summary>Allocations that stand.</summary>
    public int Allocations => _relays.Count;

    /// <summary>Packets that went through relays, both ways.</summary>
    public long Relayed { get; private set; }

    private string Nonce => UsesSha256 ? NonceCookie.Write(SecurityFeatures.PasswordAlgorithms, $"n{_nonce}") : $"n{_nonce}";

    /// <summary>The next request of everybody is answered with 438.</summary>
    public void MakeNonceStale() => _nonce++;

    /// <summary>It is started anew: no allocation is known any more, connections break.</summary>
    public void Restart()
    {
        foreach (var allocation in _allocations.Values)
            allocation.Client.Close();
        _allocations.Clear();
        _relays.Clear();
        _nonce++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _md5.Dispose();
        _sha256.Dispose();
    }

    private void HandleDatagram(Instant now, TransportAddress local, TransportAddress from, byte[] bytes)
    {
        if (Vice == TurnVice.Dead)
            return;
        if (local.Port == Port)
            HandleClient(now, new TurnFiveTuple(from, null), bytes);
        else if (_relays.TryGetValue(local.Port, out var allocation) && allocation.Wrap(now, from, bytes) is { } wrapped)
            ToClient(allocation.Client, wrapped);
    }

    private void HandleConnection(NatStream stream)
    {
        var framer = new StunStreamFramer();
        var client = new TurnFiveTuple(stream.Remote, stream);
        stream.OnBytes = (now, bytes) =>
        {
            for (int taken = 0; taken < bytes.Length && !framer.IsBroken;)
            {
                taken += framer.Append(bytes.AsSpan(taken));
                while (framer.TryTake(out var frame))
                    HandleClient(now, client, frame.ToArray());
            }
        };
        stream.OnClosed = _ => End(client);
    }

    private void HandleClient(Instant now, TurnFiveTuple client, byte[] bytes)
    {
        if (Vice == TurnVice.Dead)
            return;
        Span<byte> answer = stackalloc byte[600];
        if (TurnData.TryReadChannel(bytes, out ushort channel, out var payload))
        {
            if (Find(now, client)?.PeerOf(now, channel) is { } peer)
                ToPeer(client, peer, bytes.AsSpan(payload));
        }
        else if (StunResponder.TryRespond(bytes, client.Seen, answer, out int length))
        {
            client.Reply(_network, _host, Address, answer[..length]);
        }
        else if (StunMessage.TryParse(bytes, out var message))
        {
            HandleMessage(now, client, bytes, message);
        }
    }

    private void HandleMessage(Instant now, TurnFiveTuple client, byte[] bytes, in StunMessage message)
    {
        if (message.Class == StunClass.Indication)
        {
            if (message.Method == StunMethod.Send && TurnData.TryReadIndication(bytes, message, out var peer, out var data) && Find(now, client)?.IsPermitted(now, peer) == true)
                ToPeer(client, peer, bytes.AsSpan(data));
            return;
        }

        if (message.Class != StunClass.Request)
            return;
        bool isSigned = message.TryGet(StunAttribute.Nonce, out var nonce) && (UsesSha256 ? message.IsSha256Valid(_sha256) : message.IsSha1Valid(_md5));
        int refusal = !isSigned ? 401 : !nonce.SequenceEqual(Encoding.UTF8.GetBytes(Nonce)) ? 438 : 0;
        Answer(now, client, message, refusal);
    }

    private void Answer(Instant now, TurnFiveTuple client, in StunMessage message, int refusal)
    {
        Span<byte> bytes = stackalloc byte[600];
        int error = refusal != 0 ? refusal : Apply(now, client, message);
        var writer = new StunWriter(bytes, message.Method, error == 0 ? StunClass.Success : StunClass.Error, message.TransactionId);
        if (error != 0) AddError(ref writer, error);
        else AddGrant(ref writer, client, message);
        if (refusal == 0)
        {
            if (UsesSha256) writer.AddSha256(_sha256);
            else writer.AddSha1(_md5);
        }

        if (!writer.TryFinish(out int length))
            return;
        if (Vice == TurnVice.Forges && refusal == 0)
            bytes[length - 1] ^= 1;
        client.Reply(_network, _host, Address, bytes[..length]);
    }

    // What the request changes; 0, or the number of an error.
    private int Apply(Instant now, TurnFiveTuple client, in StunMessage message)
    {
        var allocation = Find(now, client);
        bool hasPeer = message.TryGetXorAddress(StunAttribute.XorPeerAddress, out var peer);
        switch (message.Method)
        {
            case StunMethod.Allocate when allocation is not null:
                return 437;
            case StunMethod.Allocate when Vice == TurnVice.Full:
                return 486;
            case StunMethod.Allocate:
                Allocate(now, client);
                return 0;
            case StunMethod.Refresh when allocation is not null:
                if (message.TryGetUInt32(StunAttribute.Lifetime, out uint asked) && asked == 0) End(client);
                else allocation.ExpiresAt = now + Lifetime;
                return 0;
            case StunMethod.CreatePermission when allocation is not null && hasPeer:
                return Vice == TurnVice.Forbids ? 403 : allocation.Permit(now, peer);
            case StunMethod.ChannelBind when allocation is not null && hasPeer && message.TryGetUInt32(StunAttribute.ChannelNumber, out uint channel):
                return allocation.Bind(now, (ushort)(channel >> 16), peer);
            default:
                return allocation is null ? 437 : 400;
        }
    }

    private void Allocate(Instant now, TurnFiveTuple client)
    {
        ushort port;
        do
            port = (ushort)(49152 + (_network.Random.NextBits() % 16384));
        while (_relays.ContainsKey(port));
        _relays[port] = _allocations[client] = new TurnAllocation(client, _host.Address.WithPort(port)) { ExpiresAt = now + Lifetime };
    }

    private void AddError(ref StunWriter writer, int error)
    {
        writer.AddError(error, "no"u8);
        if (error is not (401 or 438))
            return;
        writer.AddText(StunAttribute.Realm, Realm);
        writer.AddText(StunAttribute.Nonce, Nonce);
        if (UsesSha256)
            writer.Add(StunAttribute.PasswordAlgorithms, [0, 2, 0, 0, 0, 1, 0, 0]);
    }

    private void AddGrant(ref StunWriter writer, TurnFiveTuple client, in StunMessage message)
    {
        if (message.Method == StunMethod.Allocate)
        {
            var relayed = _allocations[client].Relayed;
            writer.AddXorAddress(StunAttribute.XorRelayedAddress, Vice == TurnVice.Lies ? relayed.WithPort(0) : relayed);
            writer.AddXorAddress(StunAttribute.XorMappedAddress, client.Seen);
        }

        if (message.Method is StunMethod.Allocate or StunMethod.Refresh)
            writer.AddUInt32(StunAttribute.Lifetime, _allocations.ContainsKey(client) ? (uint)Lifetime.TotalSeconds : 0);
    }

    private TurnAllocation? Find(Instant now, TurnFiveTuple client)
    {
        if (_allocations.TryGetValue(client, out var allocation) && allocation.ExpiresAt <= now)
            End(client);
        return _allocations.GetValueOrDefault(client);
    }

    private void End(TurnFiveTuple client)
    {
        if (_allocations.Remove(client, out var allocation))
            _relays.Remove(allocation.Relayed.Port);
    }

    private void ToPeer(TurnFiveTuple client, in TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        Relayed++;
        var relayed = _allocations[client].Relayed;
        // Two relays of one server, or a relay and its own client, meet without leaving the host.
        _network.Send(_host, relayed, peer, payload);
    }

    private void ToClient(TurnFiveTuple client, ReadOnlySpan<byte> bytes)
    {
        Relayed++;
        client.Reply(_network, _host, Address, bytes);
    }
}

/// <summary>How a server misbehaves.</summary>
internal enum TurnVice : byte
{
    None,

    /// <summary>Answers nothing, relays nothing.</summary>
    Dead,

    /// <summary>Its answers are not authentic.</summary>
    Forges,

    /// <summary>Grants an address that cannot be.</summary>
    Lies,

    /// <summary>Has no room.</summary>
    Full,

    /// <summary>Permits no peer.</summary>
    Forbids,
}

/// <summary>Who is served: a source of datagrams, or a connection.</summary>
/// <param name="Seen">The client's address as the server sees it.</param>
/// <param name="Stream">The connection; null over UDP.</param>
internal readonly record struct TurnFiveTuple(TransportAddress Seen, NatStream? Stream)
{
    /// <summary>Sends to the client.</summary>
    public void Reply(NatNetwork network, NatHost host, in TransportAddress from, ReadOnlySpan<byte> bytes)
    {
        if (Stream is not { } stream)
        {
            network.Send(host, from, Seen, bytes);
            return;
        }

        // ChannelData is padded on streams (RFC 8656 §12.5); STUN is a multiple of four anyway.
        Span<byte> padded = stackalloc byte[(bytes.Length + 3) & ~3];
        padded.Clear();
        bytes.CopyTo(padded);
        stream.Write(padded);
    }

    /// <summary>Breaks a connection.</summary>
    public void Close() => Stream?.Close();
}
