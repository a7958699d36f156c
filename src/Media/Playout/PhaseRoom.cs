// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Room for the phase of packets against blocks: made on a way of 5 ms a second, which nobody hears, and given back where nobody speaks, or on the same way.</summary>
/// <remarks>
/// <code>
///   quiet link   begin: silence first, room for any phase ──► clocks agree: down to the phase there is, in the next pause
///                                                       ├──► packets are lost: later, it helps to mend
///                                                       └──► they do not: nothing changes, the resampler keeps it so
///   jittery      begin at the phase there is; clocks that do not agree make room for any, 5 ms a second
/// </code>
/// A phase that wanders needs a whole block of room at its worst. Who begins with it never has to jump. Thread: playback.
/// </remarks>
internal sealed class PhaseRoom(ClockDrift drift)
{
    /// <summary>What a drift of 500 ppm takes before it is corrected, and a margin.</summary>
    private const double SpareMs = 1.5;

    /// <summary>Above this delay follows the jitter, and a block more or less is not what moves it.</summary>
    private const double QuietMs = 5;

    /// <summary>0.52 %, 9 cents. A whole number of samples: the read point ends where it began, and the sound is a copy again.</summary>
    private const int SamplesForOne = 192;

    /// <summary>Between words, not in the closure of a plosive: where a phrase has ended, a listener (and PESQ) follows without a loss.</summary>
    private const double BetweenWordsMs = 100;

    /// <summary>What a call begins with hurts nobody and waits for such a pause; what something has raised goes within five seconds.</summary>
    private const double FirstPatienceMs = 3000, PatienceMs = 400;

    /// <summary>Then any pause will do, and after so long the way.</summary>
    private const double AnyPauseMs = 100;

    private int _left;
    private double _patienceMs = FirstPatienceMs;
    private double _waitedMs;
    private bool _moves;
    private bool _jittery;

    /// <summary>Provide for the worst phase.</summary>
    public bool IsForAny => drift.Wanders || !(drift.Stands || _jittery);

    /// <summary>Room is being made: drift is not yet followed.</summary>
    public bool IsMade => _left < 0;

    /// <summary>What the network demands.</summary>
    public void Target(double targetMs) => _jittery |= targetMs > QuietMs;

    /// <summary>Silence before the first packet, samples.</summary>
    /// <param name="slackMs">How long that has waited.</param>
    /// <param name="block">Samples of a block; a lead of so many or more: begin with a later block.</param>
    public int LeadIn(double slackMs, int block) =>
        _jittery ? 0 : Math.Max(0, (int)((PlayoutDecision.MarginMs + SpareMs - slackMs) * 48) + block);

    /// <summary>Whether the wish is seen to here: on the way, or by patience until nobody speaks.</summary>
    /// <param name="wantedMs">To take out (positive) or to put in.</param>
    /// <param name="targetMs">What the network demands: packets that would be late do not wait for this.</param>
    /// <param name="blockMs">Length of a block.</param>
    /// <param name="keeps">Packets are being lost: what there is of delay helps to mend them, and more may be asked for soon.</param>
    /// <param name="pauseMs">Nobody has spoken for so long; 0: somebody speaks.</param>
    public bool Takes(double wantedMs, double targetMs, double blockMs, bool keeps, double pauseMs)
    {
        bool small = Math.Abs(wantedMs) <= blockMs + QuietMs;
        bool may = small && (wantedMs > 0 ? !_jittery : IsForAny && targetMs <= QuietMs);
        if (!may || _left * wantedMs < 0)
            Stop();
        if (may && !_moves && wantedMs > 0)
            return keeps || Gives(wantedMs, blockMs, pauseMs);
        if (may && !_moves)
            Begin(wantedMs);
        return may;
    }

    /// <summary>In a pause all of it goes at once, by stretching; where none comes, on the way.</summary>
    private bool Gives(double wantedMs, double blockMs, double pauseMs)
    {
        double patience = IsForAny ? PatienceMs : _patienceMs;
        _waitedMs += blockMs;
        bool goes = pauseMs >= (_waitedMs < patience ? BetweenWordsMs : blockMs);
        if (!goes && _waitedMs > patience + AnyPauseMs)
            Begin(wantedMs);
        return !goes;
    }

    private void Begin(double wantedMs)
    {
        _left = (int)(wantedMs * 48) * SamplesForOne;
        _moves = _left != 0;
        _waitedMs = 0;
        _patienceMs = PatienceMs;
    }

    /// <summary>The delay was changed otherwise: what was begun or waited for is settled.</summary>
    public void Stop() => (_left, _moves, _waitedMs, _patienceMs) = (0, false, 0, PatienceMs);

    /// <summary>Tells once that the way is at its end: what was measured on it holds no longer.</summary>
    public bool Arrives()
    {
        bool arrives = _moves && _left == 0;
        _moves &= !arrives;
        return arrives;
    }

    /// <summary>Samples of the stream for each one of this block.</summary>
    public double Ratio(int block)
    {
        int part = Math.Clamp(_left, -block, block);
        _left -= part;
        return drift.Ratio + ((double)part / SamplesForOne / block);
    }
}
