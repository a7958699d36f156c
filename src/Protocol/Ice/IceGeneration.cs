// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>A check that came before the peer's description did (RFC 8445 §7.3.1.4, last paragraph).</summary>
/// <param name="Base">Where it arrived.</param>
/// <param name="From">Where it came from.</param>
/// <param name="Priority">What it said.</param>
/// <param name="IsNominating">Did it carry USE-CANDIDATE?</param>
internal readonly record struct EarlyCheck(TransportAddress Base, TransportAddress From, uint Priority, bool IsNominating);

/// <summary>What one pair of credentials covers: from the first description, or a restart, to the next (RFC 8445 §9).</summary>
/// <remarks>Thread: its agent's.</remarks>
internal sealed class IceGeneration : IDisposable
{
    private const int MaximumRemote = 32;
    private const int MaximumDiscovered = 16; // copies of old checks make some up; those that are signalled keep their room
    private const int MaximumEarly = 8;
    private readonly byte[] _ownName;
    private readonly List<IceCandidate> _remote = [];
    private readonly List<EarlyCheck> _early = [];
    private byte[] _peerName = [];

    /// <summary>Begins with our credentials.</summary>
    public IceGeneration(IceCredentials local, int number)
    {
        Local = local;
        Number = number;
        LocalKey = StunKey.ShortTerm(local.Password);
        _ownName = Encoding.ASCII.GetBytes(local.Ufrag + ":");
        Pairs = new CheckList(this);
    }

    /// <summary>Ours.</summary>
    public IceCredentials Local { get; }

    /// <summary>The peer's, once known.</summary>
    public IceCredentials? Remote { get; private set; }

    /// <summary>Counts restarts.</summary>
    public int Number { get; }

    /// <summary>Signs what the peer asks and we answer.</summary>
    public StunKey LocalKey { get; }

    /// <summary>Signs what we ask and the peer answers.</summary>
    public StunKey? RemoteKey { get; private set; }

    /// <summary>The peer's ufrag, a colon, ours: USERNAME of our checks.</summary>
    public byte[] Username { get; private set; } = [];

    /// <summary>The pairs.</summary>
    public CheckList Pairs { get; }

    /// <summary>The peer's candidates, discovered ones included.</summary>
    public IReadOnlyList<IceCandidate> RemoteCandidates => _remote;

    /// <summary>The peer's last candidate came.</summary>
    public bool IsRemoteComplete { get; set; }

    /// <summary>Both offered renomination.</summary>
    public bool MayRenominate { get; set; }

    /// <summary>The highest number seen or given in NOMINATION.</summary>
    public uint NominationNumber { get; set; }

    /// <summary>A check of the peer's came: it is there.</summary>
    public bool IsPeerHeard { get; set; }

    /// <summary>What was nominated, and works.</summary>
    public CandidatePair? Nominated { get; set; }

    /// <summary>When checks began; <see cref="Instant.Never"/> before.</summary>
    public Instant StartedAt { get; private set; } = Instant.Never;

    /// <summary>Checks that came before the peer's credentials: taken once those are there.</summary>
    public IReadOnlyList<EarlyCheck> Early => _early;

    /// <summary>Is a check's USERNAME for us, and from the peer that we know? Cheap: done before any HMAC.</summary>
    public bool IsForUs(ReadOnlySpan<byte> username) =>
        username.StartsWith(_ownName) && (Remote is null || username[_ownName.Length..].SequenceEqual(_peerName));

    /// <summary>Takes the peer's credentials.</summary>
    public void SetRemote(Instant now, IceCredentials remote)
    {
        Remote = remote;
        RemoteKey?.Dispose();
        RemoteKey = StunKey.ShortTerm(remote.Password);
        Username = Encoding.ASCII.GetBytes($"{remote.Ufrag}:{Local.Ufrag}");
        _peerName = Encoding.ASCII.GetBytes(remote.Ufrag);
        StartedAt = now;
    }

    /// <summary>Adds a candidate of the peer's; false when it is known, or one too many.</summary>
    public bool TryAddRemote(IceCandidate candidate)
    {
        for (int i = 0; i < _remote.Count; i++)
        {
            var known = _remote[i];
            if (known.Address != candidate.Address || (known.Transport == CandidateTransport.Udp) != (candidate.Transport == CandidateTransport.Udp))
                continue;
            // What a check discovered gets its proper name; pairs stay as they are (RFC 8838 §11.4).
            if (known.Kind == CandidateKind.PeerReflexive && candidate.Kind != CandidateKind.PeerReflexive)
            {
                _remote[i] = candidate;
                Pairs.Rename(known, candidate);
            }

            return false;
        }

        if (_remote.Count >= MaximumRemote || (candidate.Kind == CandidateKind.PeerReflexive && Discovered() >= MaximumDiscovered))
            return false;
        _remote.Add(candidate);
        return true;
    }

    private int Discovered()
    {
        int count = 0;
        foreach (var known in _remote)
            count += known.Kind == CandidateKind.PeerReflexive ? 1 : 0;
        return count;
    }

    /// <summary>Keeps a check for later; a few do, and repetitions are the same.</summary>
    public void KeepEarly(in EarlyCheck check)
    {
        for (int i = 0; i < _early.Count; i++)
        {
            if (_early[i].Base != check.Base || _early[i].From != check.From)
                continue;
            _early[i] = check with { IsNominating = check.IsNominating || _early[i].IsNominating };
            return;
        }

        if (_early.Count < MaximumEarly)
            _early.Add(check);
    }

    /// <summary>Forgets them.</summary>
    public void ClearEarly() => _early.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        LocalKey.Dispose();
        RemoteKey?.Dispose();
    }
}
