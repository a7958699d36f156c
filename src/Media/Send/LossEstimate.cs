// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Media.Send;

/// <summary>Loss of what we send, from report to report: quick to rise, slow to fall.</summary>
/// <remarks>
/// A report of 4 s counts 200 packets: 10 % of them are 10 ± 2 %. One of half a second counts 25: 10 ± 6 %, and weighs less: eight
/// of them together as much as one of 4 s. The figures follow the counters of the blocks, not their 8-bit fraction, so that a lost report loses
/// nothing. Thread: worker. Pure.
/// </remarks>
internal sealed class LossEstimate
{
    // What is left of the estimate before after a report of as many packets.
    private const double KeptRising = 0.3;
    private const double KeptFalling = 0.7;
    private const double Whole = 200;

    // That nothing is lost is what is believed before the first report, as if so many packets had shown it.
    private const double Belief = 25;
    private const uint MaximumInterval = 1 << 16;

    private uint _ssrc;
    private uint _highest;
    private int _lost;
    private bool _begun;
    private double _counted;
    private double _before;
    private double _doubted;

    /// <summary>Smoothed, 0 to 1.</summary>
    public double Smoothed { get; private set; }

    /// <summary>Since the report before, 0 to 1.</summary>
    public double Latest { get; private set; }

    /// <summary>Packets that <see cref="Latest"/> counts.</summary>
    public uint Packets { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _begun = false;
        (Smoothed, Latest, Packets, _counted, _doubted) = (0, 0, 0, 0, 0);
    }

    /// <summary>Takes a report block about us.</summary>
    /// <param name="block">The block.</param>
    /// <param name="sent">Packets sent under its SSRC so far: the first block counts these.</param>
    /// <returns>False when it says nothing new.</returns>
    public bool HandleReport(in ReportBlock block, uint sent)
    {
        uint expected = block.HighestSequence - _highest;
        int lost = block.CumulativeLost - _lost;
        bool continues = _begun && block.Ssrc == _ssrc && expected <= MaximumInterval;
        if (continues && expected == 0)
            return false;
        _doubted = continues ? _doubted : 0;
        (_begun, _ssrc, _highest, _lost) = (true, block.Ssrc, block.HighestSequence, block.CumulativeLost);
        Packets = continues ? expected : Math.Clamp(sent, 1, MaximumInterval);
        Latest = Math.Clamp(Believed(continues ? lost : block.FractionLost / 256.0 * Packets) / Packets, 0, 1);
        _before = Smoothed;
        Smoothed += (Latest - Smoothed) * Gain();
        return true;
    }

    /// <summary>What the last report told was lost in a queue, which is about to go: nothing is to be mended.</summary>
    public void Excuse() => Smoothed = Math.Min(Smoothed, _before);

    // A packet that is missing may only be late: one is not believed before the next report, which says so.
    private double Believed(double lost)
    {
        double all = lost + _doubted;
        _doubted = Math.Clamp(all, 0, 1);
        return all - _doubted;
    }

    // The first reports are a mean: waiting for a whole one would let the first seconds of a lossy call go without repair.
    private double Gain()
    {
        _counted += Packets;
        if (Latest <= Smoothed)
            return 1 - Math.Pow(KeptFalling, Packets / Whole);
        return Math.Max(1 - Math.Pow(KeptRising, Packets / Whole), Packets / (_counted + Belief));
    }
}
