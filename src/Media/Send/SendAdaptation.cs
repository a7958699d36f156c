// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;

namespace Earshot.Media.Send;

/// <summary>Fits what we send to the network, by the peer's reports: bit rate, packet length, in-band error correction, redundancy.</summary>
/// <remarks>
/// <code>
///   loss          0 %        1 %             8 %             15 %, or bursts from 5 % on
///   send          plain ───► in-band FEC ──► one copy ─────► two copies          (each step is left at 0.5 of where it is entered)
///   of payload    bitrate    1.25 × bitrate  1.25 × bitrate  2.25 × bitrate      (and never above the ceiling or what the way carries)
/// </code>
/// Error correction costs clean quality (24 kbit/s for 10 %: PESQ 4.31 to 3.77), so that without loss there is none; with a quarter more bits it
/// costs next to nothing. On a narrow way what is added goes first, then bits, then packets grow longer, whose headers take 20 kbit/s at 20 ms; 12 kbit/s of Opus stays intelligible and is the floor.
/// Thread: worker. Real-time: no allocation. Told the time.
/// </remarks>
internal sealed class SendAdaptation
{
    /// <summary>Least bits per second of the codec.</summary>
    public const int Floor = 12_000;

    private const int LeastWithCopies = 14_000;
    private const int LeastWithCorrection = 20_000;
    private const int Comfortable = 16_000;
    private const double FecFrom = 0.01;

    // libopus drops to a narrower band before it goes without correction from 6 % on, and takes more bits from the sound itself beyond 10 %: at 32 kbit/s
    // and 3 % of loss PESQ-WB of a real voice is 3.40 when told 5, 3.92 from 6 to 10, 3.56 when told 15; at 10 % of loss 2.26, 3.44, 3.20.
    private const int LeastCorrection = 6;
    private const int MostCorrection = 10;

    private const double OneCopyFrom = 0.08;
    private const double TwoCopiesFrom = 0.15;
    private const double BurstsFrom = 0.05;
    private const double LeaveAt = 0.5;

    private const double LongestPacketMs = 60;

    // Packets by which a raise is judged.
    private const int Enough = 150;
    private static readonly TimeSpan RedundancyPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFull = TimeSpan.FromSeconds(15);

    private readonly LossEstimate _loss = new();
    private readonly CongestionEstimate _way = new();
    private AdaptationLimits? _limits;
    private bool _fec;
    private bool _mayAdd;
    private int _copies;
    private double _lossBefore;
    private double _rateBefore;
    private int _reportsSinceRaise = int.MaxValue;
    private double _packetsSinceRaise;
    private double _lostSinceRaise;
    private uint _lastSenderReport;
    private Instant _noCopiesUntil = Instant.Zero;

    /// <summary>How to send now.</summary>
    public SendSettings Settings { get; private set; }

    /// <summary>Mean length of the runs of lost packets by the peer's extended reports; 0 while unknown.</summary>
    public double BurstLength { get; set; }

    /// <summary>Begins anew, on a network that nothing is known of.</summary>
    public void Begin(AdaptationLimits limits)
    {
        _limits = limits;
        _loss.Reset();
        _way.Reset();
        (_fec, _copies, _reportsSinceRaise, _noCopiesUntil, BurstLength) = (false, 0, int.MaxValue, Instant.Zero, 0);
        Settings = new(limits.Bitrate, limits.FrameSamples, 0, RedundancyDistances.None);
    }

    /// <summary>Goes over to a codec that does not adapt: what was fitted to the network was the other's.</summary>
    public void End(int frameSamples)
    {
        _limits = null;
        Settings = new(0, frameSamples, 0, RedundancyDistances.None);
    }

    /// <summary>Takes a report block about us.</summary>
    /// <param name="now">Now.</param>
    /// <param name="block">The block.</param>
    /// <param name="clockRate">Hz of its jitter.</param>
    /// <param name="roundTrip">By this block; null when it tells none.</param>
    /// <param name="sent">When what it speaks of was sent.</param>
    /// <returns>True when <see cref="Settings"/> changed.</returns>
    public bool HandleReport(Instant now, in ReportBlock block, int clockRate, TimeSpan? roundTrip, SentTimes sent)
    {
        if (_limits is not { } limits || !_loss.HandleReport(in block, sent.Packets))
            return false;
        double most = limits.Ceiling + SendSettings.HeaderRate(limits.FrameSamples);
        double least = Floor + SendSettings.HeaderRate(limits.LongestFrameSamples);
        double flightMs = sent.InFlightMs(now, (ushort)block.HighestSequence);
        _way.HandleReport(now, Settings.WireRate, (least, most), new(_loss.Latest, _loss.Packets, Present(in block, roundTrip, flightMs), block.Jitter * 1000.0 / clockRate)
        {
            FlightMs = flightMs,
            SinceFirstMs = (now - sent.First).TotalMilliseconds,
        });
        if (_way.IsFull && _way.Queue > 0)
            _loss.Excuse();
        if (_way.IsFull)
            _noCopiesUntil = Instant.Max(_noCopiesUntil, now + AfterFull);
        JudgeRaise(now);
        _fec = limits.Fec && _loss.Smoothed >= (_fec ? LeaveAt * FecFrom : FecFrom);
        _mayAdd = now >= _noCopiesUntil && !_way.IsDoubtful;
        _copies = limits.Redundancy && _mayAdd ? CopiesWanted() : 0;
        return Take(Fit(limits));
    }

    // A full queue drops our reports first, which are long: the peer then tells the round trip of an old one again and again, while what is on its way gets older.
    private double? Present(in ReportBlock block, TimeSpan? roundTrip, double flightMs)
    {
        bool isOld = block.LastSenderReport == _lastSenderReport;
        _lastSenderReport = block.LastSenderReport;
        return isOld && roundTrip is { } old ? Math.Max(old.TotalMilliseconds, flightMs - LongestPacketMs) : roundTrip?.TotalMilliseconds;
    }

    // Copies that made the loss grow were too much for the way, whatever its delay says: a policer drops without queueing. Bursts come and go: of the 50 packets
    // of a second that lose 10 % in bursts of three, one time in twenty more than 28 % are lost. So many are waited for, but where most are gone.
    private void JudgeRaise(Instant now)
    {
        if (_reportsSinceRaise == int.MaxValue || ++_reportsSinceRaise <= 1)
            return; // the first speaks of what was sent before, too
        _packetsSinceRaise += _loss.Packets;
        _lostSinceRaise += _loss.Packets * _loss.Latest;
        bool isEnough = _packetsSinceRaise >= Enough;
        double lost = _lostSinceRaise / Math.Max(1, _packetsSinceRaise);
        if (lost > (1.5 * _lossBefore) + (isEnough ? 0.1 : 0.3))
        {
            _way.Withdraw(now, Settings.WireRate, _rateBefore);
            _noCopiesUntil = now + RedundancyPause;
            _reportsSinceRaise = int.MaxValue;
        }
        else if (isEnough)
        {
            _reportsSinceRaise = int.MaxValue;
        }
    }

    private int CopiesWanted()
    {
        if (_loss.Smoothed >= Threshold(TwoCopiesFrom, _copies == 2) || (BurstLength >= 2 && _loss.Smoothed >= Threshold(BurstsFrom, _copies == 2)))
            return 2;
        return _loss.Smoothed >= Threshold(OneCopyFrom, _copies >= 1) ? 1 : 0;
    }

    private static double Threshold(double enter, bool isIn) => isIn ? enter * LeaveAt : enter;

    private SendSettings Fit(AdaptationLimits limits)
    {
        int frame = FrameFor(limits);
        double room = Math.Max(Floor, _way.Allowed - SendSettings.HeaderRate(frame));
        int copies = _copies;
        while (copies > 0 && BitrateFor(limits, copies, room) < LeastWithCopies)
            copies--;
        int bitrate = Math.Max(Math.Min(Floor, limits.Bitrate), BitrateFor(limits, copies, room));
        // With few bits a narrower band is a worse bargain than a gap; and what is lost on a narrow way is lost to its queue.
        int loss = copies > 0 || !_fec || bitrate < LeastWithCorrection ? 0 : Math.Clamp((int)Math.Ceiling(_loss.Smoothed * 100), LeastCorrection, MostCorrection);
        return new(bitrate, frame, loss, DistancesFor(copies));
    }

    private int BitrateFor(AdaptationLimits limits, int copies, double room)
    {
        double total = limits.Bitrate * copies switch { 0 => _fec && _mayAdd ? 1.25 : 1, 1 => 1.25, _ => 2.25 };
        total = Math.Min(Math.Min(total, Math.Max(limits.Ceiling, limits.Bitrate)), room);
        double most = copies == 0 ? total : limits.Bitrate;
        return (int)Math.Min(most, total / (1 + copies)) / 500 * 500;
    }

    // Longer packets when headers starve the codec, and back only when it would live well with the shorter ones.
    private int FrameFor(AdaptationLimits limits)
    {
        int frame = limits.FrameSamples;
        for (int longer = NextFrame(frame); longer > 0 && longer <= limits.LongestFrameSamples; longer = NextFrame(longer))
        {
            double left = _way.Allowed - SendSettings.HeaderRate(frame);
            if (left >= (Settings.FrameSamples > frame ? 1.3 * Comfortable : Comfortable))
                break;
            frame = longer;
        }

        return frame;
    }

    private static int NextFrame(int samples) => samples switch { < 480 => 480, < 960 => 960, < 1920 => 1920, < 2880 => 2880, _ => 0 };

    // Two copies are one when both lie in one burst: the far one reaches beyond it, for the delay that it takes. Of bursts of three at 10 %, 4.3 % stay lost with copies
    // one and two packets behind, 2.9 with one and three, 1.9 with one and four (PESQ-WB of libopus at 24 kbit/s 2.98, 3.26, 3.57).
    private RedundancyDistances DistancesFor(int copies) => copies switch
    {
        0 => RedundancyDistances.None,
        1 => new(1, 0),
        _ => new(1, BurstLength >= 2 ? Math.Clamp((int)Math.Round(BurstLength) + 1, 3, 4) : 2),
    };

    private bool Take(SendSettings next)
    {
        var before = Settings;
        if (next == before)
            return false;
        // A few hundred bits up or down are not worth a word to the encoder.
        bool same = next with { Bitrate = 0 } == before with { Bitrate = 0 };
        if (same && next.Bitrate < _limits!.Bitrate && Math.Abs(next.Bitrate - before.Bitrate) < 0.04 * before.Bitrate && !_way.IsFull)
            return false;
        if (next.Distances.Depth > before.Distances.Depth)
            NoteRaise(before);
        Settings = next;
        return true;
    }

    // Of two raises in a row the first is what is judged by.
    private void NoteRaise(in SendSettings before)
    {
        if (_reportsSinceRaise == int.MaxValue)
            (_lossBefore, _rateBefore) = (Math.Max(_loss.Smoothed, _loss.Latest), before.WireRate);
        (_reportsSinceRaise, _packetsSinceRaise, _lostSinceRaise) = (0, 0, 0);
    }
}
