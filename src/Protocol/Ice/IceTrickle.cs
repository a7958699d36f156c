// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Ice;

/// <summary>What became of a fragment of the peer's.</summary>
internal enum TrickleOutcome : byte
{
    /// <summary>Its candidates are to be taken.</summary>
    Taken,

    /// <summary>It speaks of credentials that no description has told yet: the last such one is kept for the description.</summary>
    Early,

    /// <summary>It speaks of a generation that a restart has ended.</summary>
    Over,

    /// <summary>The peer has said before that no candidate follows.</summary>
    AfterTheEnd,

    /// <summary>It says nothing of our stream, or is no fragment.</summary>
    Nothing,
}

/// <summary>Candidates after the description, told and taken (RFC 8838, RFC 8840 §4): what was said already, and what belongs to which generation.</summary>
/// <remarks>
/// <code>
///   a description leaves ─► NoteWritten           agreed, and something else is known ─► TryWrite: all that was said, and the rest
///   INFO ─► Take ─┬ the agreed credentials ─► Taken
///                 ├ unknown ones ─► kept ─► agreed at last ─► TakeEarly
///                 └ those before a restart, or after end-of-candidates ─► dropped
/// </code>
/// Pure. Thread: the control thread.
/// </remarks>
internal sealed class IceTrickle
{
    // Ours of the generation in use, and of the one that is being offered.
    private readonly List<Said> _said = [];
    private IceCredentials? _theirs;
    private IceCredentials? _theirsBefore;
    private bool _hasEnded;
    private TrickleFragment? _early;

    /// <summary>A description of ours is about to leave.</summary>
    public void NoteWritten(IceDescription written)
    {
        var said = SaidOf(written.Credentials);
        said.Add(written.Candidates);
        said.IsComplete |= written.IsComplete;
    }

    /// <summary>What both descriptions come to.</summary>
    public void NoteAgreed(IceAgreement agreement)
    {
        _said.RemoveAll(s => s.Credentials != agreement.Local);
        if (_theirs != agreement.Remote.Credentials)
            (_theirsBefore, _theirs, _hasEnded) = (_theirs, agreement.Remote.Credentials, false);
        _hasEnded |= agreement.Remote.IsComplete || !agreement.Remote.IsTrickling;
    }

    /// <summary>Writes what is to be told now.</summary>
    /// <param name="agreement">What is agreed.</param>
    /// <param name="known">What we know now.</param>
    /// <param name="fragment">Nothing is taken as said before <see cref="NoteWritten"/>.</param>
    /// <returns>The description that the fragment stands for; null where there is nothing new.</returns>
    public IceDescription? TryWrite(IceAgreement agreement, IceDescription known, out byte[] fragment)
    {
        fragment = [];
        var said = SaidOf(agreement.Local);
        if (agreement.Mid is not { } mid || said.IsComplete)
            return null;
        // Nobody needs to be told whence our connections come: they come.
        IReadOnlyList<IceCandidate> candidates = [.. known.Candidates.Where(c => c.Transport == CandidateTransport.Udp)];
        if (!known.IsComplete && said.HasAll(candidates))
            return null;
        fragment = TrickleFragment.Write(agreement.Local, mid, said.With(candidates), known.IsComplete);
        return known with { Credentials = agreement.Local, Candidates = candidates };
    }

    /// <summary>Takes a fragment of the peer's.</summary>
    /// <param name="agreement">What is agreed; null before.</param>
    /// <param name="fragment">It.</param>
    /// <param name="news">What is to be taken from it.</param>
    public TrickleOutcome Take(IceAgreement? agreement, TrickleFragment fragment, out IceDescription? news)
    {
        news = null;
        if (agreement is null)
            return Keep(fragment);
        if (agreement.Mid is not { } mid || fragment.Of(mid) is not { } said)
            return TrickleOutcome.Nothing;
        if (said.Credentials != agreement.Remote.Credentials)
            return said.Credentials == _theirsBefore ? TrickleOutcome.Over : Keep(fragment);
        if (_hasEnded)
            return TrickleOutcome.AfterTheEnd;
        _hasEnded = said.IsComplete;
        news = said;
        return TrickleOutcome.Taken;
    }

    /// <summary>Takes what came before the description that it belongs to.</summary>
    public bool TryTakeEarly(IceAgreement agreement, [NotNullWhen(true)] out IceDescription? news)
    {
        news = null;
        if (_early is not { } early)
            return false;
        _early = null;
        return Take(agreement, early, out news) == TrickleOutcome.Taken;
    }

    // Each fragment repeats those before it: the last one is enough.
    private TrickleOutcome Keep(TrickleFragment fragment)
    {
        _early = fragment;
        return TrickleOutcome.Early;
    }

    private Said SaidOf(IceCredentials credentials)
    {
        if (_said.Find(s => s.Credentials == credentials) is { } known)
            return known;
        // A restart that is offered, and again after it was refused: no more than two are open.
        if (_said.Count > 1)
            _said.RemoveAt(1);
        var said = new Said(credentials);
        _said.Add(said);
        return said;
    }

    /// <summary>What was said in one generation of ours, in its order, which never changes (RFC 8840 §4.4).</summary>
    private sealed class Said(IceCredentials credentials)
    {
        private readonly List<string> _lines = [];

        public IceCredentials Credentials => credentials;

        public bool IsComplete { get; set; }

        public void Add(IEnumerable<IceCandidate> candidates) => _lines.AddRange([.. New(candidates)]);

        public bool HasAll(IEnumerable<IceCandidate> candidates) => !New(candidates).Any();

        public IEnumerable<string> With(IEnumerable<IceCandidate> candidates) => [.. _lines, .. New(candidates)];

        private IEnumerable<string> New(IEnumerable<IceCandidate> candidates) => candidates.Select(c => c.ToString()).Where(line => !_lines.Contains(line));
    }
}
