// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Earshot.Protocol.Ice;

/// <summary>Our candidates (RFC 8445 §5.1): foundations and priorities given, redundant ones left out, at most <see cref="Maximum"/>.</summary>
/// <remarks>Thread: its agent's.</remarks>
/// <param name="component">The component they are for.</param>
internal sealed class LocalCandidates(int component)
{
    /// <summary>A description with more does not fit into one datagram, and each costs the peer checks.</summary>
    public const int Maximum = 12;

    // More than there can be hosts and servers.
    private const int BehindDatagrams = 4096;

    private readonly List<IceCandidate> _all = new(Maximum);
    private readonly List<Origin> _foundations = [];
    private readonly List<TransportAddress> _hosts = [];

    /// <summary>All of them, in the order in which they were added.</summary>
    public IReadOnlyList<IceCandidate> All => _all;

    /// <summary>Adds a candidate.</summary>
    /// <param name="kind">How it is known.</param>
    /// <param name="address">Where peers would send to.</param>
    /// <param name="origin">Its base: the socket, or for a relayed candidate the relayed address itself.</param>
    /// <param name="related">For raddr: the base of a server-reflexive candidate, the mapped address of a relayed one.</param>
    /// <param name="transport">What carries it.</param>
    /// <param name="server">The server that told it, if one did.</param>
    /// <param name="isByConnection">Of a relay: reached by TCP or TLS. Behind each lost packet everything waits there, so that any relay over UDP comes first.</param>
    /// <returns>Null when it is redundant (§5.1.3), of no use, or one too many.</returns>
    public IceCandidate? Add(
        CandidateKind kind, in TransportAddress address, in TransportAddress origin, in TransportAddress related, CandidateTransport transport, in TransportAddress server, bool isByConnection = false)
    {
        if (_all.Count >= Maximum || address.IsUnspecified || address.IsMulticast || address.Port == 0 || IsRedundant(address, origin, transport))
            return null;
        var candidate = new IceCandidate
        {
            Foundation = FoundationOf(new(kind, origin.WithPort(0), server.WithPort(0), transport)),
            Component = component,
            Transport = transport,
            Priority = CandidatePriority.Of(kind, transport, OrderOf(kind == CandidateKind.Relayed ? server : origin) + (isByConnection ? BehindDatagrams : 0), component),
            Address = address,
            Kind = kind,
            Base = origin,
            Related = related,
        };
        _all.Add(candidate);
        return candidate;
    }

    /// <summary>What the peer sees of a pair's local end: a host candidate behind a NAT is a reflexive one to it (RFC 8445 §7.2.5.3.1).</summary>
    /// <param name="local">The pair's candidate.</param>
    /// <param name="mapped">What the peer's answer said; none when it said nothing.</param>
    public CandidateKind KindSeen(IceCandidate local, in TransportAddress mapped)
    {
        if (mapped.IsNone || mapped == local.Address || local.Kind == CandidateKind.Relayed || local.Transport != CandidateTransport.Udp)
            return local.Kind;
        foreach (var known in _all)
        {
            if (known.Address == mapped && known.Base == local.Base)
                return known.Kind;
        }

        return CandidateKind.PeerReflexive;
    }

    /// <summary>Forgets what leaves from a socket or relay.</summary>
    /// <remarks>The next relay of the same server fails or succeeds by itself: under the old foundation it would be frozen behind checks that come to nothing.</remarks>
    public void RemoveBase(TransportAddress origin)
    {
        foreach (var gone in _all.FindAll(c => c.Base == origin && c.Kind == CandidateKind.Relayed))
            _foundations[int.Parse(gone.Foundation, CultureInfo.InvariantCulture) - 1] = default;
        _all.RemoveAll(c => c.Base == origin);
    }

    // Same address and same base: no other way. The first came from the better source.
    private bool IsRedundant(in TransportAddress address, in TransportAddress origin, CandidateTransport transport)
    {
        foreach (var known in _all)
        {
            if (known.Address == address && known.Base == origin && known.Transport == transport)
                return true;
        }

        return false;
    }

    private string FoundationOf(in Origin origin)
    {
        int at = _foundations.IndexOf(origin);
        if (at < 0)
        {
            at = _foundations.Count;
            _foundations.Add(origin);
        }

        return (at + 1).ToString(CultureInfo.InvariantCulture);
    }

    // Interfaces are preferred in the order in which their owner added them.
    private int OrderOf(in TransportAddress origin)
    {
        var host = origin.WithPort(0);
        int at = _hosts.IndexOf(host);
        if (at >= 0)
            return at;
        _hosts.Add(host);
        return _hosts.Count - 1;
    }

    private readonly record struct Origin(CandidateKind Kind, TransportAddress Base, TransportAddress Server, CandidateTransport Transport);
}
