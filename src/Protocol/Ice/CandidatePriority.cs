// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>Priorities of candidates (RFC 8445 §5.1.2, RFC 6544 §4.2) and of pairs (RFC 8445 §6.1.2.3).</summary>
/// <remarks>
/// <code>
///   31        24 23                 8 7          0
///   | type pref | local preference   | 256 - component |
/// </code>
/// </remarks>
internal static class CandidatePriority
{
    // TCP behind every way over UDP but the relay: media over TCP stalls behind each lost packet.
    private const int TcpPenalty = 40;

    // RFC 6544 §4.2: an active candidate is the best of the three directions where there is no simultaneous open.
    private const int ActiveDirection = 6;

    /// <summary>A candidate's priority.</summary>
    /// <param name="kind">How it is known.</param>
    /// <param name="transport">What carries it.</param>
    /// <param name="order">0 for the best interface, then 1, 2, …</param>
    /// <param name="component">1 for RTP.</param>
    public static uint Of(CandidateKind kind, CandidateTransport transport, int order, int component)
    {
        int preference = transport == CandidateTransport.Udp ? 65535 - order : (ActiveDirection << 13) + 8191 - order;
        int type = TypePreference(kind);
        if (transport != CandidateTransport.Udp && type > TcpPenalty)
            type -= TcpPenalty;
        return ((uint)type << 24) | ((uint)Math.Clamp(preference, 0, 65535) << 8) | (uint)(256 - component);
    }

    /// <summary>What a check says in PRIORITY: the candidate's, had the peer discovered it (RFC 8445 §7.1.1).</summary>
    public static uint AsPeerReflexive(uint priority) => ((uint)TypePreference(CandidateKind.PeerReflexive) << 24) | (priority & 0xffffff);

    /// <summary>A pair's priority: the same on both sides.</summary>
    public static ulong OfPair(uint local, uint remote, bool isControlling)
    {
        ulong g = isControlling ? local : remote, d = isControlling ? remote : local;
        return (Math.Min(g, d) << 32) + (2 * Math.Max(g, d)) + (g > d ? 1u : 0u);
    }

    private static int TypePreference(CandidateKind kind) => kind switch
    {
        CandidateKind.Host => 126,
        CandidateKind.PeerReflexive => 110,
        CandidateKind.ServerReflexive => 100,
        _ => 0,
    };
}
