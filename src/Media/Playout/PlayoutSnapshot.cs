// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>One consistent reading of <see cref="PlayoutStatistics"/>; names and meanings of W3C webrtc-stats, samples at 48 kHz, times in seconds.</summary>
internal readonly record struct PlayoutSnapshot
{
    /// <summary>Packets inserted, duplicates, late and unplayable ones included.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Packets that came but were never played: late, unplayable or overrun.</summary>
    public long PacketsDiscarded { get; init; }

    /// <summary>Of the received: those that were already here.</summary>
    public long PacketsDuplicated { get; init; }

    /// <summary>Sequence numbers between the first and the highest one of each stream, less what came (duplicates not counted). A late packet takes its loss back.</summary>
    public long PacketsLost { get; init; }

    /// <summary>Seconds that emitted samples spent here, summed over samples.</summary>
    public double JitterBufferDelay { get; init; }

    /// <summary>Target delay, summed over emitted samples like <see cref="JitterBufferDelay"/>.</summary>
    public double JitterBufferTargetDelay { get; init; }

    /// <summary>Received samples played.</summary>
    public long JitterBufferEmittedCount { get; init; }

    /// <summary>Samples played since the first packet, made-up ones included.</summary>
    public long TotalSamplesReceived { get; init; }

    /// <summary>Made-up samples, silent ones included. The pauses of a discontinuous sender are none: those counted while it was not yet known are taken back.</summary>
    public long ConcealedSamples { get; init; }

    /// <summary>Made-up samples that are silence or comfort noise.</summary>
    public long SilentConcealedSamples { get; init; }

    /// <summary>Made-up samples that stand for lost sound. Silence is among them once what comes behind it shows that something is missing: until then nobody knows.</summary>
    public long LostSamples { get; init; }

    /// <summary>Runs of made-up samples.</summary>
    public long ConcealmentEvents { get; init; }

    /// <summary>Samples put in to raise the delay.</summary>
    public long InsertedSamplesForDeceleration { get; init; }

    /// <summary>Samples taken out to lower the delay.</summary>
    public long RemovedSamplesForAcceleration { get; init; }

    /// <summary>Packets with in-band error correction for the frame before them; whether it was needed or not.</summary>
    public long FecPacketsReceived { get; init; }

    /// <summary>Of these: those whose correction restored a frame.</summary>
    public long FecPacketsUsed { get; init; }

    /// <summary>Copies of packets that later packets carried (RFC 2198); not counted among the packets received.</summary>
    public long RedundantPacketsReceived { get; init; }

    /// <summary>Of these: those played for a packet that was missing.</summary>
    public long RedundantPacketsUsed { get; init; }

    /// <summary>Times that the stream began anew after its first packet: SSRC, sequence or time line.</summary>
    public long Restarts { get; init; }

    /// <summary>Target delay now, seconds: how long a packet that came without any extra delay waits.</summary>
    public double TargetDelay { get; init; }

    /// <summary>By how much the sender's clock is faster than the sound card's, as it is corrected now, parts per million.</summary>
    public double ClockDrift { get; init; }

    /// <summary>Share of the played samples that were made up for lost ones, 0 to 1: the loss that the E-model judges by.</summary>
    /// <remarks>The silence of a peer who sends nothing, on hold or in a pause, is none.</remarks>
    public double LossPlayed => TotalSamplesReceived == 0 ? 0 : (double)LostSamples / TotalSamplesReceived;
}
