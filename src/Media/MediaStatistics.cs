// SPDX-License-Identifier: MIT
namespace Earshot.Media;

/// <summary>A snapshot of one call's counters, named as in W3C webrtc-stats where a name exists there.</summary>
public sealed record MediaStatistics
{
    /// <summary>RTP packets sent.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Payload bytes sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>RTP packets received and authenticated.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Payload bytes received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Packets that never came (RFC 3550 §6.4.1; duplicates can make it negative).</summary>
    public long PacketsLost { get; init; }

    /// <summary>Packets that came too late, found the buffer full, or cannot be played.</summary>
    public long PacketsDiscarded { get; init; }

    /// <summary>Interarrival jitter, seconds (RFC 3550 §6.4.1).</summary>
    public double Jitter { get; init; }

    /// <summary>Time that played sound spent in the jitter buffer, summed over samples, seconds.</summary>
    public double JitterBufferDelay { get; init; }

    /// <summary>Samples that <see cref="JitterBufferDelay"/> sums over.</summary>
    public long JitterBufferEmittedCount { get; init; }

    /// <summary>Target delay, summed over the same samples as <see cref="JitterBufferDelay"/>, seconds.</summary>
    public double JitterBufferTargetDelay { get; init; }

    /// <summary>Target delay of the jitter buffer now, milliseconds: how long a packet waits that came without any extra delay.</summary>
    public double TargetDelayMs { get; init; }

    /// <summary>Of the received: packets that were already here.</summary>
    public long PacketsDuplicated { get; init; }

    /// <summary>Samples (48 kHz) played since the first packet, made-up ones included.</summary>
    public long TotalSamplesReceived { get; init; }

    /// <summary>Samples made up as silence or comfort noise; counted in <see cref="ConcealedSamples"/>, too.</summary>
    public long SilentConcealedSamples { get; init; }

    /// <summary>Samples (48 kHz) made up for what was missing.</summary>
    public long ConcealedSamples { get; init; }

    /// <summary>Times that making up began.</summary>
    public long ConcealmentEvents { get; init; }

    /// <summary>Samples added by stretching.</summary>
    public long InsertedSamplesForDeceleration { get; init; }

    /// <summary>Samples removed by compressing.</summary>
    public long RemovedSamplesForAcceleration { get; init; }

    /// <summary>Packets with in-band error correction (Opus) and redundant copies (RFC 2198) received, needed or not.</summary>
    public long FecPacketsReceived { get; init; }

    /// <summary>Of these: not used, since what they repeat was here or no longer wanted.</summary>
    public long FecPacketsDiscarded { get; init; }

    /// <summary>Redundant copies received (RFC 2198); counted in <see cref="FecPacketsReceived"/>, too.</summary>
    public long RedundantPacketsReceived { get; init; }

    /// <summary>Of these: played for a packet that was missing.</summary>
    public long RedundantPacketsUsed { get; init; }

    /// <summary>By how much the peer's clock is faster than the sound card's, as it is corrected now, parts per million.</summary>
    public double ClockDriftPpm { get; init; }

    /// <summary>Round trip by RTCP, seconds; null while unknown.</summary>
    public double? RoundTripTime { get; init; }

    /// <summary>Loss of what we send that the peer reports, 0 to 1; null while unknown.</summary>
    public double? RemoteFractionLost { get; init; }

    /// <summary>Bits per second that the encoder is set to at present; 0 for a codec of one rate.</summary>
    public double TargetBitrate { get; init; }

    /// <summary>Packets sent that repeat earlier frames (RFC 2198).</summary>
    public long RedundantPacketsSent { get; init; }

    /// <summary>Listening quality that the peer reports, 1 to 5 (RFC 3611 §4.7.5); null while it reports none.</summary>
    public double? RemoteMos { get; init; }

    /// <summary>Share of our packets that the peer could not play in time, 0 to 1 (RFC 3611 §4.7.1); null while it reports none.</summary>
    public double? RemoteDiscardRate { get; init; }

    /// <summary>Loss within bursts on the way to the peer, 0 to 1 (RFC 3611 §4.7.2); null while it reports none.</summary>
    public double? RemoteBurstDensity { get; init; }

    /// <summary>Level of the peer's sound, 0 to 1 linear, of the last blocks.</summary>
    public double AudioLevel { get; init; }

    /// <summary>Level of what we capture, 0 to 1 linear, of the last blocks.</summary>
    public double CaptureLevel { get; init; }

    /// <summary>Estimated time from the peer's mouth to this ear, milliseconds; null while unknown.</summary>
    public double? MouthToEarMs { get; init; }

    /// <summary>The parts of <see cref="MouthToEarMs"/>.</summary>
    public MouthToEarStages? Stages { get; init; }

    /// <summary>Mean opinion score by the simplified E-model (G.107), 1 to 4.5: of the last ten seconds, and of the whole call when it has ended; null while unknown.</summary>
    public double? Mos { get; init; }

    /// <summary>What <see cref="Mos"/> is made of; null while it is unknown.</summary>
    public MosInputs? MosInputs { get; init; }

    /// <summary>Bytes that the media threads allocated in the last second.</summary>
    public double AllocatedBytesPerSecond { get; init; }

    /// <summary>Garbage collections of the process since the engine began.</summary>
    public long GcPauses { get; init; }

    /// <summary>Packets of strangers: from another address or with another SSRC than the call's.</summary>
    public long StrangerPackets { get; init; }

    /// <summary>Packets that failed authentication, were replayed, or came in clear in an encrypted call.</summary>
    public long SecurityRefusals { get; init; }

    /// <summary>Datagrams that are no RTP and no RTCP of the peer: STUN, DTLS, rubbish, our own looped back.</summary>
    public long OtherDatagrams { get; init; }

    /// <summary>Socket errors survived (ECONNREFUSED, 10054, a full buffer).</summary>
    public long SocketErrors { get; init; }

    /// <summary>Captured blocks lost because the worker did not keep up.</summary>
    public long CaptureOverruns { get; init; }

    /// <summary>Received packets lost because playback did not drain the ring.</summary>
    public long PlaybackRingOverruns { get; init; }
}

/// <summary>What the E-model (ITU-T G.107) judged a call by, and its rating.</summary>
/// <param name="DelayMs">Mouth to ear, milliseconds.</param>
/// <param name="LossPercent">Ppl: share of the sound played in the last ten seconds that was made up for lost packets, 0 to 100; of the whole call's when it has ended. What error
/// correction or a copy restored is none.</param>
/// <param name="BurstRatio">BurstR: 1 for random loss, more for bursts (§7.3), over the same time.</param>
/// <param name="Impairment">Ie: what the codec takes from the rating without loss (G.113).</param>
/// <param name="Robustness">Bpl: the loss in percent at which half of what is left is gone (G.113).</param>
/// <param name="Rating">R, 0 to 93.2: above 80 people are satisfied, below 60 nearly all are not.</param>
public sealed record MosInputs(double DelayMs, double LossPercent, double BurstRatio, double Impairment, double Robustness, double Rating);

/// <summary>One-way delay by stages, milliseconds. A sum of estimates: stage by stage honest, validated by injected signals elsewhere.</summary>
/// <param name="Capture">From the converter to the encoder: block and wake-up, the peer's assumed like ours.</param>
/// <param name="Framing">Filling one packet of the peer's, as long as its time stamps say.</param>
/// <param name="LookAhead">The codec's look-ahead, and the conversion to its rate and back.</param>
/// <param name="Network">Half of the round trip by RTCP.</param>
/// <param name="JitterBuffer">Mean time of a packet in the jitter buffer until its first sample is taken, during the last second or more.</param>
/// <param name="Playback">From the pull to the converter, as the end says.</param>
public sealed record MouthToEarStages(double Capture, double Framing, double LookAhead, double Network, double JitterBuffer, double Playback)
{
    /// <summary>The whole.</summary>
    public double Total => Capture + Framing + LookAhead + Network + JitterBuffer + Playback;
}
