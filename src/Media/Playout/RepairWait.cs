// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How long packets wait where holes can be mended: long enough that what mends a hole is here before the hole is played.</summary>
/// <remarks>
/// <code>
///   sent      1    2    3    4            2 is lost; its copy, its FEC and the sound after it are in 3
///   needed         1    2    3    4       so with one packet more of delay the hole is mended from both sides
/// </code>
/// Nothing is added while less than 2 % is lost; one packet (20 ms) then, until less than 1 % is: our report of the loss asks for FEC or copies, and they are
/// soon here. When fifteen seconds brought none, Opus waits from 5 to 3 % only: there the far side tells of onsets that were lost, which are gaps otherwise
/// (10 % loss: 0.9 % of speech without, 0.1 % with). Other codecs' gaps are always mended from both sides. As many packets as whole copies come
/// later, 80 ms at most, when losses in a row are frequent, which nothing nearer mends. Bursts of three at 10 %, copies one and four packets behind: 88 instead
/// of 48 ms, made up 4.5 instead of 7.9 %, ESTOI 0.917 (0.901) instead of 0.888 (0.848).
/// What mends needs no 99 %, so jitter and wait do not simply add up, but in a full queue: four times in five. With 10 % loss and 40 ms of jitter, 30 calls:
/// nine in ten 69.7 ms and ESTOI 0.936, four in five 63.8 and 0.929, seven in ten 59.7 and 0.926, where gaps begin to grow. Copies from still farther mend what they can.
/// Thread: playback.
/// </remarks>
internal sealed class RepairWait
{
    private const double BeginShare = 0.02;
    private const double EndShare = 0.01;
    private const double OnsetBeginShare = 0.05;
    private const double OnsetEndShare = 0.03;

    /// <summary>A single packet is near for two seconds. With 3 % loss room given back between the losses cost a call of 15 0.002 of ESTOI, and was asked for again.</summary>
    private const double NearShare = 0.003;

    private const double FarBeginShare = 0.025;
    private const double FarEndShare = 0.015;
    private const double FarCopies = 0.001;

    /// <summary>Speech pauses, and in pauses Opus repeats nothing: few are no end yet, one packet in twenty is a beginning.</summary>
    private const double MendsBegin = 0.05;
    private const double MendsEnd = 0.005;

    private const double Learning = 1 / 200.0;
    private const int FirstOfSlow = 50;
    private const int MostOfSlow = 400;

    /// <summary>15 s of 20 ms.</summary>
    private const int Patience = 750;

    /// <summary>More is a queue, which loses packets just when those behind them are latest.</summary>
    private const double QueueMs = 60;
    private const double QueueLoss = 0.05;
    private const double InTime = 0.8;
    private const double MostMs = 80;

    /// <summary>An outage is no loss that waiting would mend.</summary>
    private const int Outage = 3;

    private double _lost;
    private double _inRow;
    private double _far;
    private double _farPackets;
    private double _mending;
    private int _lastRun;
    private int _slow = FirstOfSlow;
    private int _without;
    private bool _mends = true;
    private bool _waits;
    private bool _waitsFar;

    /// <summary>Packets have been lost lately: waiting may soon be asked for, or is.</summary>
    public bool IsNear => _waits || _lost > NearShare;

    /// <summary>A packet came, after so many missing ones; −1: it was one of these.</summary>
    public void Missed(long packets)
    {
        int run = (int)Math.Clamp(packets, -1, Outage);
        _lost += (run - _lost) * Learning;
        // Many are needed to tell what is frequent; the first after a loss began are all that is known of it.
        _slow = _waits ? Math.Min(_slow + 1, MostOfSlow) : FirstOfSlow;
        _inRow += (InRow(run) - _inRow) / _slow;
        _far -= _far * Learning;
        _waits = _lost > (_mends, _waits) switch
        {
            (true, true) => EndShare,
            (true, false) => BeginShare,
            (false, true) => OnsetEndShare,
            (false, false) => OnsetBeginShare,
        };
        _waitsFar = _inRow > (_waitsFar ? FarEndShare : FarBeginShare) && _far > FarCopies;
    }

    /// <summary>A packet came that carries what mends the hole before it, or does not.</summary>
    public void Carries(bool repair)
    {
        _mending += ((repair ? 1 : 0) - _mending) * Learning;
        _without = _mending > MendsEnd ? 0 : Math.Min(_without + 1, Patience);
        _mends = _without < Patience && (_mends || _mending > MendsBegin);
    }

    /// <summary>A copy came for a packet that is missing.</summary>
    /// <param name="packets">How many packets later it came than what it is a copy of would have.</param>
    public void Copied(double packets)
    {
        if (!(packets > 1.5))
            return; // nor what is not known: after a pause no arrival is
        _farPackets = _far > 0 ? _farPackets + ((packets - _farPackets) / 4) : packets;
        _far += Learning;
    }

    /// <summary>How long a packet that came without extra delay shall wait, ms.</summary>
    /// <param name="jitterMs">What jitter demands.</param>
    /// <param name="arrivals">How late packets come.</param>
    /// <param name="packetMs">Length of a packet.</param>
    public double TargetMs(double jitterMs, ArrivalHistory arrivals, double packetMs)
    {
        if (!_waits)
            return jitterMs;
        bool far = _waitsFar || (jitterMs > QueueMs && _lost > QueueLoss && _far > FarCopies);
        double wait = Math.Min((far ? Math.Max(2, Math.Round(_farPackets)) : 1) * packetMs, MostMs);
        if (jitterMs > QueueMs)
            return jitterMs + wait;
        double late = Math.Min(jitterMs, arrivals.QuantileMs(InTime));
        return Math.Max(jitterMs, wait + late);
    }

    /// <summary>Losses whose next packet is lost, too; one of them that comes after all takes it back.</summary>
    private int InRow(int run)
    {
        if (run >= 0)
            return _lastRun = Math.Max(0, run - 1);
        if (_lastRun == 0)
            return 0;
        _lastRun--;
        return -1;
    }
}
