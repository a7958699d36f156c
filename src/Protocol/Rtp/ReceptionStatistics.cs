// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Rtp;

/// <summary>What a report block says about one source: loss (RFC 3550 App. A.3) and interarrival jitter (App. A.8).</summary>
/// <remarks>A new SSRC begins everything anew, after its own probation. Thread: worker. Real-time: no allocation; the two sources take turns.</remarks>
internal sealed class ReceptionStatistics
{
    /// <summary>A clock rate for packets whose time stamp is not that of their sending (telephone-events): they count for loss alone.</summary>
    public const int NoClock = 0;

    private RtpSource _current;
    private RtpSource _candidate;
    private bool _hasCurrent;
    private bool _hasCandidate;
    private int _clockRate;
    private bool _hasTransit;
    private uint _lastTransit;
    private uint _lastSenderReport;
    private Instant _senderReportAt = Instant.Never;
    private long _lostBefore;

    /// <summary>Statistics of nobody yet.</summary>
    /// <param name="clockRate">Hz of the RTP time stamp.</param>
    /// <param name="minimumSequential">See <see cref="RtpSource"/>.</param>
    public ReceptionStatistics(int clockRate, int minimumSequential = 2)
    {
        _clockRate = clockRate;
        MinimumSequential = minimumSequential;
        _current = new RtpSource(0, minimumSequential);
        _candidate = new RtpSource(0, minimumSequential);
    }

    /// <summary>See <see cref="RtpSource"/>; for sources that are heard from now on.</summary>
    public int MinimumSequential { get; set; }

    /// <summary>The source that counts at present; null before the first packet.</summary>
    public RtpSource? Source => _hasCurrent ? _current : null;

    /// <summary>Packets that never came, of every source so far; a report block speaks of the present source alone.</summary>
    public long LostInAll => _lostBefore + (Source is { } source ? source.LostBefore + source.Lost : 0);

    /// <summary>Jitter in units of the time stamp: the estimator of App. A.8, whose gain is 1/16.</summary>
    public double Jitter { get; private set; }

    /// <summary>Jitter in milliseconds.</summary>
    public double JitterMilliseconds => Jitter * 1000 / _clockRate;

    /// <summary>Another payload type with another clock: transit times cannot be compared over the change.</summary>
    public void SetClockRate(int clockRate)
    {
        if (clockRate == _clockRate)
            return;
        Jitter *= (double)clockRate / _clockRate;
        _clockRate = clockRate;
        _hasTransit = false;
    }

    /// <summary>Takes a packet that came.</summary>
    /// <param name="arrival">When it came.</param>
    /// <param name="packet">Its header.</param>
    /// <param name="clockRate">Hz of its payload type: a peer may change between codecs, under the same SSRC (RFC 7160 §4.3), or <see cref="NoClock"/>.</param>
    public SequenceVerdict HandlePacket(Instant arrival, in RtpPacket packet, int clockRate)
    {
        var verdict = HandleSequence(packet.Ssrc, packet.Sequence);
        if (verdict is SequenceVerdict.Probation or SequenceVerdict.Suspect || clockRate == NoClock)
            return verdict;
        SetClockRate(clockRate);
        UpdateJitter(arrival, packet.Timestamp);
        return verdict;
    }

    /// <summary>Takes a packet that came, of the clock rate as before.</summary>
    public SequenceVerdict HandlePacket(Instant arrival, uint ssrc, ushort sequence, uint timestamp)
    {
        var verdict = HandleSequence(ssrc, sequence);
        if (verdict is SequenceVerdict.Valid or SequenceVerdict.Restarted)
            UpdateJitter(arrival, timestamp);
        return verdict;
    }

    /// <summary>Takes the source's sender report: its time comes back in our report blocks.</summary>
    public void HandleSenderReport(Instant arrival, uint ssrc, NtpTime ntp)
    {
        if (!_hasCurrent || _current.Ssrc != ssrc)
            return;
        _lastSenderReport = ntp.Middle;
        _senderReportAt = arrival;
    }

    /// <summary>The report block for now; starts a new interval of the loss fraction.</summary>
    public bool TryTakeReport(Instant now, out ReportBlock block)
    {
        block = default;
        if (Source is not { IsValid: true } source)
            return false;
        uint delay = _senderReportAt == Instant.Never ? 0 : NtpTime.ToShort(now - _senderReportAt);
        int lost = (int)Math.Clamp(source.Lost, -0x80_0000, 0x7f_ffff);
        block = new ReportBlock(
            source.Ssrc, source.TakeFractionLost(), lost, source.HighestExtended, (uint)Jitter, _lastSenderReport, delay);
        return true;
    }

    private SequenceVerdict HandleSequence(uint ssrc, ushort sequence)
    {
        var verdict = SourceOf(ssrc).HandleSequence(sequence);
        if (verdict is SequenceVerdict.Probation or SequenceVerdict.Suspect)
            return verdict;
        if (_hasCandidate && _candidate.IsValid && _candidate.Ssrc == ssrc)
            AdoptCandidate();
        if (verdict == SequenceVerdict.Restarted)
            _hasTransit = false;
        return verdict;
    }

    private RtpSource SourceOf(uint ssrc)
    {
        if (!_hasCurrent)
        {
            _hasCurrent = true;
            _current.Reset(ssrc, MinimumSequential);
        }

        if (_current.Ssrc == ssrc)
            return _current;
        // Strangers in turn share the one place for a candidate: memory stays bounded.
        if (!_hasCandidate || _candidate.Ssrc != ssrc)
            _candidate.Reset(ssrc, MinimumSequential);
        _hasCandidate = true;
        return _candidate;
    }

    private void AdoptCandidate()
    {
        _lostBefore += _current.LostBefore + _current.Lost;
        (_current, _candidate) = (_candidate, _current);
        _hasCandidate = false;
        _hasTransit = false;
        Jitter = 0;
        _lastSenderReport = 0;
        _senderReportAt = Instant.Never;
    }

    private void UpdateJitter(Instant arrival, uint timestamp)
    {
        // Wrapping 32-bit arithmetic: RTP time rolls over, and only differences count.
        uint transit = (uint)(long)((Int128)arrival.Nanoseconds * _clockRate / 1_000_000_000) - timestamp;
        if (_hasTransit)
        {
            double difference = Math.Abs((double)(int)(transit - _lastTransit));
            Jitter += (difference - Jitter) / 16;
        }

        _lastTransit = transit;
        _hasTransit = true;
    }
}
