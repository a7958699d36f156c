// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Nats;

/// <summary>One end of a connection in virtual time: bytes in order, in pieces that need not be those that were written.</summary>
/// <remarks>
/// <code>
///   near ──SYN──► far (taken, or refused) ──SYN, ACK──► near: OnOpen       Write ──► OnBytes of the other, after the way
/// </code>
/// Thread: its network's. Nothing is lost: what TCP does about loss takes time, and that is not simulated.
/// </remarks>
internal sealed class NatStream
{
    // A segment's worth; the last byte comes by itself, so that framing is put to the test.
    private const int LongestPiece = 1400;
    private readonly NatNetwork _network;
    private readonly NatHost _host;
    private NatStream? _peer;
    private bool _isOver;

    private NatStream(NatNetwork network, NatHost host, TransportAddress local, TransportAddress remote, TimeSpan delay)
    {
        (_network, _host, Local, Remote, Delay) = (network, host, local, remote, delay);
    }

    /// <summary>Its own end, as it sees it.</summary>
    public TransportAddress Local { get; }

    /// <summary>The other end, as it sees it.</summary>
    public TransportAddress Remote { get; }

    /// <summary>One way.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Bytes may be written.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>It stands.</summary>
    public Action<Instant>? OnOpen { get; set; }

    /// <summary>Bytes came.</summary>
    public Action<Instant, byte[]>? OnBytes { get; set; }

    /// <summary>It is over, or never was.</summary>
    public Action<Instant>? OnClosed { get; set; }

    /// <summary>Both ends of a connection to be; no far one when nobody takes it.</summary>
    internal static (NatStream Near, NatStream? Far) Pair(NatNetwork network, NatHost host, TransportAddress to)
    {
        var local = host.Address.WithPort((ushort)(49152 + (network.Random.NextBits() % 16000)));
        if (!host.IsUp || host.Realm.FindConnection(local, to, network.Random) is not { } route
            || route.Realm.Hosts.Find(h => h.Address.SameHost(to)) is not { IsUp: true, OnConnection: not null } server)
            return (new NatStream(network, host, local, to, host.Access), null);
        var delay = host.Access + route.Delay;
        return (new NatStream(network, host, local, to, delay), new NatStream(network, server, to, route.Source, delay));
    }

    /// <summary>Shakes hands.</summary>
    internal void Open(NatStream far)
    {
        (_peer, far._peer) = (far, this);
        _network.After(Delay, () =>
        {
            far.IsOpen = true;
            far._host.OnConnection!(far);
            _network.After(Delay, Stand);
        });
    }

    /// <summary>Sends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (!IsOpen || _isOver || !_host.IsUp)
            return;
        while (!bytes.IsEmpty)
        {
            int length = bytes.Length == 1 ? 1 : Math.Min(LongestPiece, bytes.Length - 1);
            var piece = bytes[..length].ToArray();
            _network.After(Delay, () => _peer!.Take(piece));
            bytes = bytes[length..];
        }
    }

    /// <summary>Ends it on both sides.</summary>
    public void Close()
    {
        if (_peer is { } peer)
            _network.After(Delay, peer.Break);
        _isOver = true;
    }

    /// <summary>It is over on this side.</summary>
    internal void Break()
    {
        if (_isOver)
            return;
        _isOver = true;
        IsOpen = false;
        OnClosed?.Invoke(_network.Now);
    }

    private void Stand()
    {
        if (_isOver)
            return;
        IsOpen = true;
        OnOpen?.Invoke(_network.Now);
    }

    private void Take(byte[] piece)
    {
        if (!_isOver && _host.IsUp)
            OnBytes?.Invoke(_network.Now, piece);
    }
}
