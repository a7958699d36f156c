// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Nats;

/// <summary>One allocation of a <see cref="TurnServer"/>: who may send to it, and under which numbers (RFC 8656 §9, §12).</summary>
/// <remarks>Thread: its network's.</remarks>
/// <param name="client">Whose it is.</param>
/// <param name="relayed">What peers send to.</param>
internal sealed class TurnAllocation(TurnFiveTuple client, TransportAddress relayed)
{
    private static readonly TimeSpan PermissionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ChannelLifetime = TimeSpan.FromMinutes(10);
    private readonly Dictionary<TransportAddress, Instant> _permissions = [];
    private readonly Dictionary<ushort, (TransportAddress Peer, Instant Until)> _channels = [];

    /// <summary>Whose it is.</summary>
    public TurnFiveTuple Client => client;

    /// <summary>What peers send to.</summary>
    public TransportAddress Relayed => relayed;

    /// <summary>The end, unless it is refreshed.</summary>
    public Instant ExpiresAt { get; set; }

    /// <summary>May the peer's host send and be sent to?</summary>
    public bool IsPermitted(Instant now, in TransportAddress peer) => _permissions.TryGetValue(peer.WithPort(0), out var until) && until > now;

    /// <summary>Permits a host.</summary>
    /// <returns>0, or the number of an error.</returns>
    public int Permit(Instant now, in TransportAddress peer)
    {
        if (peer.IsV6 != relayed.IsV6)
            return 443;
        _permissions[peer.WithPort(0)] = now + PermissionLifetime;
        return 0;
    }

    /// <summary>Gives a peer a number; neither may have another already.</summary>
    /// <returns>0, or the number of an error.</returns>
    public int Bind(Instant now, ushort channel, TransportAddress peer)
    {
        bool isTaken = _channels.TryGetValue(channel, out var bound) && bound.Until > now && bound.Peer != peer;
        bool isOther = _channels.Any(c => c.Key != channel && c.Value.Peer == peer && c.Value.Until > now);
        if (channel is < 0x4000 or > 0x4fff || isTaken || isOther)
            return 400;
        _channels[channel] = (peer, now + ChannelLifetime);
        return Permit(now, peer);
    }

    /// <summary>Whose number it is.</summary>
    public TransportAddress? PeerOf(Instant now, ushort channel) =>
        _channels.TryGetValue(channel, out var bound) && bound.Until > now && IsPermitted(now, bound.Peer) ? bound.Peer : null;

    /// <summary>A peer's packet as the client gets it; null without a permission.</summary>
    public byte[]? Wrap(Instant now, TransportAddress peer, byte[] payload)
    {
        if (!IsPermitted(now, peer))
            return null;
        foreach (var (channel, bound) in _channels)
        {
            if (bound.Peer == peer && bound.Until > now)
                return ChannelData(channel, payload);
        }

        return Indication(peer, payload);
    }

    private static byte[] ChannelData(ushort channel, byte[] payload)
    {
        var bytes = new byte[TurnData.ChannelHeader + payload.Length];
        payload.CopyTo(bytes, TurnData.ChannelHeader);
        TurnData.TryWrapChannel(bytes, TurnData.ChannelHeader, payload.Length, channel, isStream: false, out _, out _);
        return bytes;
    }

    private static byte[] Indication(in TransportAddress peer, byte[] payload)
    {
        var bytes = new byte[payload.Length + TurnData.Headroom + TurnData.Tailroom];
        var writer = new StunWriter(bytes, StunMethod.Data, StunClass.Indication, new TransactionId((ulong)payload.Length, 1));
        writer.AddXorAddress(StunAttribute.XorPeerAddress, peer);
        writer.Add(StunAttribute.Data, payload);
        writer.TryFinish(out int length);
        return bytes[..length];
    }
}
