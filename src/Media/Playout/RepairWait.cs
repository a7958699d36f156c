// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How much longer than jitter demands a packet waits, so that what mends a hole is here before the hole is played.</summary>
/// <remarks>
/// <code>
///   sent      1    2    3    4            2 is lost; its copy, its FEC and the sound after it are in 3
///   needed         1    2    3    4       so with one packet more of delay the hole is mended from both sides
/// </code>
/// Nothing while less than 2 % is lost; one packet (20 ms) then, until less than 1 % is. Two when whole copies come two packets later
/// and more than 8 % is lost: that is where two in a row go missing often enough. Copies from still farther mend what they can.
/// Thread: playback.
/// </remarks>
internal sealed class RepairWait
{
    private const double BeginShare = 0.02;
    private const double EndShare = 0.01;
    private const double FarBeginShare = 0.08;
    private const double FarEndShare = 0.05;
    private const double FarCopies = 0.001;
    private const double Learning = 1 / 200.0;
    private const double MostMs = 60;

    /// <summary>An outage is no loss that waiting would mend.</summary>
    private const int Outage = 3;

    private double _lost;
    private double _far;
    private bool _waits;
    private bool _waitsFar;

    /// <summary>A packet came, after so many missing ones; −1: it was one of these.</summary>
    public void Missed(long packets)
    {
        _lost += (Math.Clamp(packets, -1, Outage) - _lost) * Learning;
        _far -= _far * Learning;
        _waits = _lost > (_waits ? EndShare : BeginShare);
        _waitsFar = _lost > (_waitsFar ? FarEndShare : FarBeginShare) && _far > FarCopies;
    }

    /// <summary>A copy came for a packet that is missing.</summary>
    /// <param name="packets">How many packets later it came than what it is a copy of would have.</param>
    public void Copied(double packets) => _far += packets > 1.5 ? Learning : 0;

    /// <summary>What it comes to, ms.</summary>
    public double WaitMs(double packetMs)
    {
        if (!_waits)
            return 0;
        return Math.Min(_waitsFar ? 2 * packetMs : packetMs, MostMs);
    }
}
