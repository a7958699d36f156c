// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Room for the phase of packets against blocks, and the way to it: two samples a block, which nobody hears.</summary>
/// <remarks>
/// <code>
///   quiet link   begin: silence first, room for any phase ──► clocks agree: down to the phase there is, 4 ms a second
///                                                       ├──► packets are lost: later, it helps to mend
///                                                       └──► they do not: nothing changes, the resampler keeps it so
///   jittery      begin at the phase there is; clocks that do not agree make room for any, 4 ms a second
/// </code>
/// A phase that wanders needs a whole block of room at its worst. Who begins with it never has to jump. Thread: playback.
/// </remarks>
internal sealed class PhaseRoom(ClockDrift drift)
{
    /// <summary>What a drift of 500 ppm takes before it is corrected, and a margin.</summary>
    private const double SpareMs = 1.5;

    /// <summary>Above this delay follows the jitter, and a block more or less is not what moves it.</summary>
    private const double QuietMs = 5;

    /// <summary>0.42 %, 7 cents: what a call begins with is gone five to six seconds after its begin. A whole number of samples: the read point ends where it began, and the sound is a copy again.</summary>
    private const int SamplesForOne = 240;

    private int _left;
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

    /// <summary>Whether the way leads where the decision wants to; begins it.</summary>
    /// <param name="wantedMs">To take out (positive) or to put in.</param>
    /// <param name="targetMs">What the network demands: packets that would be late do not wait for this.</param>
    /// <param name="blockMs">Length of a block.</param>
    /// <param name="keeps">Packets are being lost: what there is of delay helps to mend them, and more may be asked for soon.</param>
    public bool Takes(double wantedMs, double targetMs, double blockMs, bool keeps)
    {
        bool small = Math.Abs(wantedMs) <= blockMs + QuietMs;
        bool may = small && (wantedMs > 0 ? !_jittery : IsForAny && targetMs <= QuietMs);
        if (!may || _left * wantedMs < 0)
            Stop();
        if (may && !_moves && !(keeps && wantedMs > 0))
            _left = (int)(wantedMs * 48) * SamplesForOne;
        _moves |= _left != 0;
        return may;
    }

    /// <summary>A late packet has raised the delay: all was otherwise than thought.</summary>
    public void Stop() => (_left, _moves) = (0, false);

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
