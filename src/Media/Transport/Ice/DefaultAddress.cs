// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Transport.Ice;

/// <summary>Which of our candidates c= and m= name (RFC 8445 §5.1.4): all that a peer without ICE is told, and the one socket that it is then heard on.</summary>
/// <remarks>
/// <code>
///   the peer, or its proxy, is in public, and we are not ─► what a server saw of our socket: whoever sends there is let in, or followed once we send
///   else                                                ─► the socket itself
/// </code>
/// No relay: nobody knows then whom it would have to let in. Pure.
/// </remarks>
internal static class DefaultAddress
{
    /// <summary>Chooses.</summary>
    /// <param name="candidates">Ours.</param>
    /// <param name="from">The address of ours that leads towards the peer.</param>
    /// <param name="towards">The peer, or its proxy.</param>
    /// <param name="host">The socket: the one of <paramref name="from"/>, else the first of its family, else any.</param>
    /// <returns>What is named; null where there is no socket.</returns>
    public static IPEndPoint? Of(IReadOnlyList<IceCandidate> candidates, IPAddress from, IPAddress towards, out IPEndPoint? host)
    {
        var ours = TransportAddress.From(from, 0);
        IceCandidate[] hosts = [.. candidates.Where(c => c is { Kind: CandidateKind.Host, Transport: CandidateTransport.Udp })];
        var chosen = Array.Find(hosts, c => c.Address.SameHost(ours)) ?? Array.Find(hosts, c => c.Address.IsV6 == ours.IsV6) ?? hosts.FirstOrDefault();
        host = chosen?.Address.ToEndPoint();
        if (chosen is null || Protocol.Sip.PeerAddress.IsLocal(towards) || !Protocol.Sip.PeerAddress.IsLocal(host!.Address))
            return host;
        return candidates.FirstOrDefault(c => c.Kind == CandidateKind.ServerReflexive && c.Base == chosen.Base)?.Address.ToEndPoint() ?? host;
    }

    /// <summary>Is what was named before one of ours still?</summary>
    public static bool Stands(IReadOnlyList<IceCandidate> candidates, IPEndPoint named)
    {
        var address = TransportAddress.From(named);
        return candidates.Any(c => c.Address == address && c.Transport == CandidateTransport.Udp);
    }
}
