// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Protocol.Turn;

/// <summary>A peer of the relay: its host's permission, and its channel.</summary>
/// <param name="Address">Address and port.</param>
/// <param name="Channel">0x4000 to 0x4fff once one was asked for, else 0.</param>
/// <param name="IsPermitted">The server confirmed the permission.</param>
/// <param name="IsBound">The server confirmed the channel.</param>
/// <param name="PermissionDue">When the permission is asked for again.</param>
/// <param name="ChannelDue">When the channel is asked for again.</param>
internal record struct TurnPeer(
    TransportAddress Address, ushort Channel, bool IsPermitted, bool IsBound, Instant PermissionDue, Instant ChannelDue);

/// <summary>The peers that may use the relay (RFC 8656 §9, §12).</summary>
/// <remarks>Thread: its owner's. At most <see cref="Maximum"/>; finding one allocates nothing.</remarks>
internal sealed class TurnPeers
{
    /// <summary>As many as ICE has remote candidates.</summary>
    public const int Maximum = 64;

    /// <summary>A permission lives five minutes; it is asked for again after four.</summary>
    public static readonly TimeSpan PermissionRefresh = TimeSpan.FromMinutes(4);

    /// <summary>A channel lives ten minutes; a minute holds all repetitions of a request.</summary>
    public static readonly TimeSpan ChannelRefresh = TimeSpan.FromMinutes(9);

    private const ushort FirstChannel = 0x4000;
    private readonly List<TurnPeer> _peers = new(8);
    private ushort _nextChannel = FirstChannel;

    /// <summary>All of them, to be changed in place.</summary>
    public Span<TurnPeer> All => CollectionsMarshal.AsSpan(_peers);

    /// <summary>Where a peer stands, or -1.</summary>
    public int Find(in TransportAddress address)
    {
        var all = All;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Address == address)
                return i;
        }

        return -1;
    }

    /// <summary>Where the peer of a confirmed or pending channel stands, or -1.</summary>
    public int FindChannel(ushort channel)
    {
        var all = All;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Channel == channel)
                return i;
        }

        return -1;
    }

    /// <summary>May this host send to us? Permissions are for hosts, whatever the port (RFC 8656 §2.3).</summary>
    public bool IsHostKnown(in TransportAddress address)
    {
        foreach (ref readonly var peer in All)
        {
            if (peer.Address.SameHost(address))
                return true;
        }

        return false;
    }

    /// <summary>Adds a peer, if there is room.</summary>
    public bool TryAdd(in TransportAddress address)
    {
        if (_peers.Count >= Maximum)
            return false;
        _peers.Add(new(address, 0, false, false, Instant.Never, Instant.Never));
        return true;
    }

    /// <summary>A number that was never used in this allocation: the server may remember an old one for long (RFC 8656 §12).</summary>
    public ushort NextChannel() => _nextChannel++;

    /// <summary>Forgets a host.</summary>
    public void RemoveHost(TransportAddress host) => _peers.RemoveAll(p => p.Address.SameHost(host));

    /// <summary>The earliest refresh.</summary>
    public Instant NextDue()
    {
        var next = Instant.Never;
        foreach (ref readonly var peer in All)
            next = Instant.Min(next, Instant.Min(peer.PermissionDue, peer.ChannelDue));
        return next;
    }
}
