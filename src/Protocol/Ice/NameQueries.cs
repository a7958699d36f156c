// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>Candidates with a name instead of an address, out to be resolved (RFC 8839 §5.1; mDNS as browsers use it).</summary>
/// <remarks>Thread: its agent's. At most <see cref="Maximum"/> in a generation: each costs a multicast, or tells a resolver whom we call.</remarks>
internal sealed class NameQueries(IceSession session)
{
    /// <summary>As many as a browser has interfaces, and some more.</summary>
    public const int Maximum = 8;

    private readonly Dictionary<int, (IceGeneration Generation, IceCandidate Candidate)> _open = [];
    private IceGeneration? _generation;
    private int _asked;
    private int _next;

    /// <summary>Asks for a name.</summary>
    public void Ask(IceCandidate candidate)
    {
        if (_generation != session.Current)
            (_generation, _asked) = (session.Current, 0);
        if (_asked++ >= Maximum)
            return;
        _open[++_next] = (session.Current, candidate);
        session.Events.Enqueue(new IceEvent.ResolveNeeded(_next, candidate.HostName!));
    }

    /// <summary>The candidate with its address; null when nobody asked, or the generation is over.</summary>
    public IceCandidate? Take(int query, in TransportAddress address)
    {
        if (!_open.Remove(query, out var asked) || asked.Generation != session.Current || address.IsNone)
            return null;
        return asked.Candidate with { Address = address.WithPort(asked.Candidate.Address.Port), HostName = null };
    }
}
