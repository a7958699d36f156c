// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Protocol.Tests.Turn;

/// <summary>As much of a TURN server as tells whether a client speaks the protocol, and as lies when asked to.</summary>
internal sealed class TurnServerDouble : IDisposable
{
    public const string Realm = "example.org", User = "alice", Password = "secret";
    public static readonly TransportAddress Mapped = new(0, 0xC6336407, 40000, false);

    private readonly StunKey _md5 = StunKey.LongTermMd5(User, Realm, Password);
    private readonly StunKey _sha256 = StunKey.LongTermSha256(User, Realm, Password);
    private int _nonce = 1;

    public TransportAddress Relayed { get; set; } = new(0, 0xC6336401, 50000, false);
    public bool UsesSha256 { get; init; }
    public uint Lifetime { get; set; } = 600;
    public int AllocateError { get; set; }
    public int PeerError { get; set; }
    public int RefreshError { get; set; }
    public bool IsDead { get; set; }
    public bool Forges { get; set; }
    public bool ChangesTransaction { get; set; }
    public List<StunMethod> Signed { get; } = [];
    public List<uint> Lifetimes { get; } = [];
    public HashSet<TransportAddress> Permitted { get; } = [];
    public Dictionary<ushort, TransportAddress> Channels { get; } = [];
    public List<(TransportAddress Peer, byte[] Data)> Relays { get; } = [];

    private string Nonce => UsesSha256 ? NonceCookie.Write(SecurityFeatures.PasswordAlgorithms, $"n{_nonce}") : $"n{_nonce}";

    public void MakeNonceStale() => _nonce++;

    /// <summary>Takes a packet; null when there is no answer.</summary>
    public byte[]? Handle(byte[] packet)
    {
        if (IsDead)
            return null;
        if (TurnData.TryReadChannel(packet, out ushort channel, out var payload))
        {
            Relays.Add((Channels[channel], packet[payload]));
            return null;
        }

        Assert.True(StunMessage.TryParse(packet, out var message));
        if (message.Class == StunClass.Indication)
        {
            Assert.Equal(StunMethod.Send, message.Method);
            Assert.True(message.TryGetXorAddress(StunAttribute.XorPeerAddress, out var peer) & message.TryGet(StunAttribute.Data, out var data));
            Relays.Add((peer, data.ToArray()));
            return null;
        }

        Assert.True(message.IsFingerprintValid);
        if (!message.TryGet(StunAttribute.Nonce, out var nonce) || (UsesSha256 ? !message.IsSha256Valid(_sha256) : !message.IsSha1Valid(_md5)))
            return Challenge(message, 401);
        return nonce.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(Nonce)) ? Answer(message) : Challenge(message, 438);
    }

    /// <summary>A peer's packet as the server passes it on.</summary>
    public static byte[] Indication(TransportAddress peer, byte[] data)
    {
        var bytes = new byte[data.Length + 60];
        var writer = new StunWriter(bytes, StunMethod.Data, StunClass.Indication, new(5, 6));
        writer.AddXorAddress(StunAttribute.XorPeerAddress, peer);
        writer.Add(StunAttribute.Data, data);
        writer.TryFinish(out int length);
        return bytes[..length];
    }

    public void Dispose()
    {
        _md5.Dispose();
        _sha256.Dispose();
    }

    private byte[] Challenge(in StunMessage message, int code)
    {
        var bytes = new byte[500];
        var writer = new StunWriter(bytes, message.Method, StunClass.Error, message.TransactionId);
        writer.AddError(code, "no"u8);
        writer.AddText(StunAttribute.Realm, Realm);
        writer.AddText(StunAttribute.Nonce, Nonce);
        if (UsesSha256)
            writer.Add(StunAttribute.PasswordAlgorithms, [0, 2, 0, 0, 0, 1, 0, 0]);
        writer.TryFinish(out int length);
        return bytes[..length];
    }

    private byte[] Answer(in StunMessage message)
    {
        Signed.Add(message.Method);
        int error = message.Method switch
        {
            StunMethod.Allocate => AllocateError,
            StunMethod.Refresh => RefreshError,
            _ => PeerError,
        };
        var bytes = new byte[500];
        var id = ChangesTransaction ? new TransactionId(1, 1) : message.TransactionId;
        var writer = new StunWriter(bytes, message.Method, error == 0 ? StunClass.Success : StunClass.Error, id);
        if (error != 0)
            writer.AddError(error, "no"u8);
        if (error == 300)
            writer.AddAddress(StunAttribute.AlternateServer, Mapped);
        if (error == 0)
            Grant(message, ref writer);
        if (UsesSha256) writer.AddSha256(_sha256);
        else writer.AddSha1(_md5);
        writer.AddFingerprint();
        writer.TryFinish(out int length);
        if (!Forges)
            return bytes[..length];
        // Without the fingerprint, which would tell of the forgery first.
        bytes[length - 12] ^= 1;
        StunWriter.WriteLength(bytes, length - 8);
        return bytes[..(length - 8)];
    }

    private void Grant(in StunMessage message, ref StunWriter writer)
    {
        message.TryGetXorAddress(StunAttribute.XorPeerAddress, out var peer);
        switch (message.Method)
        {
            case StunMethod.Allocate:
                Assert.True(message.TryGetUInt32(StunAttribute.RequestedTransport, out uint transport) && transport == 17 << 24);
                writer.AddXorAddress(StunAttribute.XorRelayedAddress, Relayed);
                writer.AddXorAddress(StunAttribute.XorMappedAddress, Mapped);
                writer.AddUInt32(StunAttribute.Lifetime, Lifetime);
                break;
            case StunMethod.Refresh:
                Assert.True(message.TryGetUInt32(StunAttribute.Lifetime, out uint asked));
                Lifetimes.Add(asked);
                writer.AddUInt32(StunAttribute.Lifetime, asked == 0 ? 0 : Lifetime);
                break;
            case StunMethod.ChannelBind:
                Assert.True(message.TryGetUInt32(StunAttribute.ChannelNumber, out uint channel));
                Channels[(ushort)(channel >> 16)] = peer;
                break;
            default:
                Permitted.Add(peer);
                break;
        }
    }
}
