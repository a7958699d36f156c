// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Transport.Ice;

/// <content>What comes and goes on this side: sockets, servers, connections to peers.</content>
internal sealed partial class IceLink
{
    /// <summary>Adds a socket, the best first: plain media leaves from the first one.</summary>
    /// <param name="now">Now.</param>
    /// <param name="address">Where it is bound; no wildcard.</param>
    /// <param name="sender">It.</param>
    /// <returns>Which it is from now on: the place of one that was removed, or the next; none when no way is looked for any more.</returns>
    public int? AddSocket(Instant now, in TransportAddress address, IDatagramSender sender)
    {
        if (IsOver)
            return null;
        int place = _bases.Add(new SocketBase(address, sender));
        _agent.AddLocal(now, CandidateKind.Host, address, address);
        Describe();
        return place;
    }

    /// <summary>Begins to ask servers, of a socket that was added since the last time; <see cref="Gathered"/> tells when a description need not wait any longer.</summary>
    public void Gather(Instant now, IReadOnlyList<IceServer> servers, TimeSpan limit)
    {
        if (IsOver)
        {
            foreach (var server in servers)
                server.Stream?.Close();
            Gathered?.Invoke();
            return;
        }

        _gathering.Begin(now, [.. _bases.Sockets], servers, limit, _bases.Streams);
        (_isGathered, _isToldGathered) = (_gathering.IsDone, false);
        Describe();
        HandleConnections(now); // one that stands already has told it to nobody who knew of it, and tells again only once it was looked at
    }

    /// <summary>An interface is down, or a socket broke: it is used no more, nor what a server gave through it.</summary>
    /// <returns>Which it was; none where it is not known, or still needed as no way is looked for any more.</returns>
    public int? RemoveSocket(Instant now, in TransportAddress address)
    {
        if (IsOver)
            return null;
        int place = _bases.Remove(address, out var socket);
        if (socket is null)
            return null;
        // Relays and connections first: none of them is the way out of what follows.
        _gathering.Remove(now, socket, _agent, _bases.All, _bases.Streams);
        foreach (var connection in _bases.Disconnect(address))
            _agent.RemoveLocal(now, connection.Origin);
        _agent.RemoveLocal(now, address);
        Describe();
        Drain(now);
        return place;
    }

    // Only for a peer that can be reached so: a candidate that nobody uses makes each description longer.
    private void AddActive(Instant now)
    {
        if (Tell is not { } tell)
            return;
        foreach (var active in _bases.Connect(tell))
            _agent.AddLocal(now, CandidateKind.Host, active.Origin, active.Origin, transport: CandidateTransport.TcpActive);
        Describe();
    }
}
