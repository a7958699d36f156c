// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>What a probe shows.</summary>
internal enum ProbeVerdict : byte
{
    /// <summary>Too early to say.</summary>
    Open,

    /// <summary>The path answers.</summary>
    Alive,

    /// <summary>The path does not, and a spare does.</summary>
    Moved,

    /// <summary>Nothing answers.</summary>
    Silent,
}

/// <summary>Asks the path in use and its spares, eight times in about half a second, then each second: is it the path, or everything?</summary>
/// <remarks>Thread: its agent's. Allocates nothing.</remarks>
internal sealed class PathProbe(IceSession session)
{
    private const int QuickRounds = 8;
    private static readonly TimeSpan QuickPace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowPace = TimeSpan.FromSeconds(1);

    // Three questions lost in a row, on a path that works, are rarer than paths that break.
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan HintedPace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan InsistingPace = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan HintedPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UnknownPatience = TimeSpan.FromMilliseconds(600);
    private const int InsistingRounds = 3;
    private int _rounds;
    private bool _isHinted;
    private bool _insists;

    /// <summary>Is one under way?</summary>
    public bool IsRunning => BeganAt != Instant.Never;

    /// <summary>When it began; answers since then count.</summary>
    public Instant BeganAt { get; private set; } = Instant.Never;

    /// <summary>The next round.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>Begins, unless one is under way.</summary>
    /// <param name="now">Now.</param>
    /// <param name="spares">What else is asked.</param>
    /// <param name="isHinted">There is reason to believe that the path is gone.</param>
    /// <param name="insists">Asks three times even where the first answer says all: the peer is to notice.</param>
    public void Begin(Instant now, List<CandidatePair> spares, bool isHinted = false, bool insists = false)
    {
        if (IsRunning)
        {
            _isHinted |= isHinted;
            return;
        }

        (_isHinted, _insists) = (isHinted, insists);
        BeganAt = now;
        _rounds = 0;
        Round(now, spares);
    }

    /// <summary>Ends.</summary>
    public void End() => BeganAt = NextTimeout = Instant.Never;

    /// <summary>The next round, when it is due.</summary>
    public void HandleTimeout(Instant now, List<CandidatePair> spares)
    {
        if (IsRunning && NextTimeout <= now)
            Round(now, spares);
    }

    /// <summary>What is known by now.</summary>
    /// <param name="now">Now.</param>
    /// <param name="selected">The path in use.</param>
    /// <param name="heardSpare">The best spare that answered since the probe began.</param>
    public ProbeVerdict Judge(Instant now, CandidatePair selected, CandidatePair? heardSpare)
    {
        if (selected.Consent.HeardAt > BeganAt)
            return _insists && _rounds < InsistingRounds ? ProbeVerdict.Open : ProbeVerdict.Alive;
        var patience = PatienceWith(selected, heardSpare);
        if (BeganAt + patience > now)
            return ProbeVerdict.Open;
        if (heardSpare is not null && heardSpare.Consent.HeardAt > BeganAt)
            return ProbeVerdict.Moved;
        return BeganAt + (2 * patience) <= now ? ProbeVerdict.Silent : ProbeVerdict.Open;
    }

    // Without any round trip known nobody is impatient.
    private TimeSpan PatienceWith(CandidatePair selected, CandidatePair? spare)
    {
        long roundTrip = Math.Max(selected.RoundTrip.Ticks, spare?.RoundTrip.Ticks ?? 0);
        var least = roundTrip == 0 ? UnknownPatience : _isHinted ? HintedPatience : ShortestPatience;
        // With a hint time for the second question's answer and a half: the first one's may be lost.
        long answers = _isHinted ? roundTrip + (roundTrip / 2) : 2 * roundTrip;
        return TimeSpan.FromTicks(Math.Clamp(answers + HintedPace.Ticks, least.Ticks, LongestPatience.Ticks));
    }

    private void Round(Instant now, List<CandidatePair> spares)
    {
        if (session.Selected is { } selected)
            session.Ask(now, selected);
        foreach (var spare in spares)
            session.Ask(now, spare);
        _rounds++;
        NextTimeout = now + (_rounds >= QuickRounds ? SlowPace : _insists && _rounds < InsistingRounds ? InsistingPace : _isHinted || _insists ? HintedPace : QuickPace);
    }
}
