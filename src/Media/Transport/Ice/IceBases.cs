// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>What a call's ICE sends through: sockets by their place, connections to peers, and the relays that gathering finds.</summary>
/// <remarks>Thread: its link's.</remarks>
internal sealed class IceBases
{
    private readonly List<SocketBase?> _sockets = [];
    private readonly List<TcpActiveBase> _active = [];

    /// <summary>Every one, in the order in which they came.</summary>
    public List<IIceBase> All { get; } = [];

    /// <summary>Those that receive by themselves: connections to peers and to relays.</summary>
    public List<IIceBase> Streams { get; } = [];

    /// <summary>Where plain media leaves from.</summary>
    public SocketBase? First { get; private set; }

    /// <summary>The sockets, in the order in which they came.</summary>
    public IEnumerable<SocketBase> Sockets => All.OfType<SocketBase>();

    /// <summary>Adds a socket, at the place of one that was removed or the next.</summary>
    public int Add(SocketBase socket)
    {
        int place = _sockets.IndexOf(null);
        if (place < 0)
        {
            place = _sockets.Count;
            _sockets.Add(null);
        }

        _sockets[place] = socket;
        First ??= socket;
        All.Add(socket);
        return place;
    }

    /// <summary>The socket of a place; null when there is none.</summary>
    public SocketBase? At(int place) => (uint)place < (uint)_sockets.Count ? _sockets[place] : null;

    /// <summary>Takes a socket out.</summary>
    /// <returns>Its place; below zero when it is not known.</returns>
    public int Remove(in TransportAddress address, out SocketBase? removed)
    {
        var gone = address;
        int place = _sockets.FindIndex(s => s is not null && s.Origin == gone);
        removed = At(place);
        if (removed is null)
            return -1;
        _sockets[place] = null;
        All.Remove(removed);
        if (First == removed)
            First = Sockets.FirstOrDefault();
        return place;
    }

    /// <summary>Plain media leaves from a socket of this family, if there is one.</summary>
    public void UseFamily(bool isV6)
    {
        if (First is null || First.Origin.IsV6 != isV6)
            First = _sockets.Find(s => s is not null && s.Origin.IsV6 == isV6) ?? First;
    }

    /// <summary>Connections may be made to peers from now on: one base of each kind of address will do.</summary>
    /// <param name="tell">Called on the threads of connections.</param>
    /// <returns>Those that are new.</returns>
    public IReadOnlyList<TcpActiveBase> Connect(Action tell)
    {
        if (_active.Count > 0)
            return [];
        foreach (var socket in Sockets.Select(s => s.Origin).DistinctBy(o => (o.IsV6, o.IsLoopback)).ToList())
        {
            var active = new TcpActiveBase(socket.ToIPAddress(), tell);
            _active.Add(active);
            Streams.Add(active);
            All.Add(active);
        }

        return _active;
    }

    /// <summary>Connections of an address that is gone: closed and taken out.</summary>
    public IReadOnlyList<TcpActiveBase> Disconnect(TransportAddress address)
    {
        var gone = _active.FindAll(a => a.Origin.SameHost(address));
        foreach (var active in gone)
        {
            _active.Remove(active);
            Streams.Remove(active);
            All.Remove(active);
            active.Close();
        }

        return gone;
    }

    /// <summary>The base of an address; null when there is none any more.</summary>
    public IIceBase? Find(in TransportAddress address)
    {
        foreach (var known in All)
        {
            if (known.Origin == address)
                return known;
        }

        return null;
    }

    /// <summary>Closes connections to peers; sockets belong to whoever added them.</summary>
    public void Close()
    {
        foreach (var active in _active)
            active.Close();
    }
}
