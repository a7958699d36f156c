// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Playout;
using Earshot.Media.Receive;
using Earshot.Media.Send;

namespace Earshot.Media;

/// <summary>Reads every part's counters into one snapshot. Each counter is exact or a moment old; none is waited for.</summary>
/// <remarks>Thread: any ordinary one.</remarks>
internal sealed class StatisticsCollector
{
    // One second of sound.
    private readonly RecentMean _bufferDelay = new(48000);
    private readonly Lock _gate = new();

    /// <summary>The snapshot now.</summary>
    /// <remarks>While a call lives its score is that of the last ten seconds; when it has ended, that of the whole.</remarks>
    public MediaStatistics Collect(
        MediaEngine engine, CallMedia? media, SessionSockets? sockets, CaptureQueue captured, PlaybackPipeline playback, MediaFacts? facts, bool hasEnded)
    {
        var playout = playback.Statistics;
        var stages = facts is null ? null : Stages(media, playout, playback, facts);
        var mos = stages is null ? null : hasEnded
            ? Rate(stages.Total, playout.LossPlayed, media?.Rtcp.Voip.BurstRatio, facts!)
            : Rate(stages.Total, playback.RecentLossPlayed ?? playout.LossPlayed, media?.Rtcp.Voip.RecentBurstRatio, facts!);
        return new MediaStatistics
        {
            PacketsSent = media?.Send.Packets ?? 0,
            BytesSent = media?.Send.PayloadBytes ?? 0,
            PacketsReceived = media?.Receive.Packets ?? 0,
            BytesReceived = media?.Receive.PayloadBytes ?? 0,
            PacketsLost = media?.Rtcp.PacketsLost ?? 0,
            PacketsDiscarded = playout.PacketsDiscarded + (media?.Receive.RingOverruns ?? 0) + (media?.Receive.UnknownPackets ?? 0),
            Jitter = (media?.Rtcp.JitterMilliseconds ?? 0) / 1000,
            JitterBufferDelay = playout.JitterBufferDelay,
            JitterBufferEmittedCount = playout.JitterBufferEmittedCount,
            JitterBufferTargetDelay = playout.JitterBufferTargetDelay,
            TargetDelayMs = playout.TargetDelay * 1000,
            PacketsDuplicated = playout.PacketsDuplicated,
            TotalSamplesReceived = playout.TotalSamplesReceived,
            SilentConcealedSamples = playout.SilentConcealedSamples,
            TargetBitrate = media?.Send.Settings.Bitrate ?? 0,
            RedundantPacketsSent = media?.Send.RedundantPackets ?? 0,
            RemoteMos = media?.Rtcp.Voip.RemoteMos,
            RemoteDiscardRate = media?.Rtcp.Voip.RemoteDiscardRate,
            RemoteBurstDensity = media?.Rtcp.Voip.RemoteBurstDensity,
            ConcealedSamples = playout.ConcealedSamples,
            ConcealmentEvents = playout.ConcealmentEvents,
            InsertedSamplesForDeceleration = playout.InsertedSamplesForDeceleration,
            RemovedSamplesForAcceleration = playout.RemovedSamplesForAcceleration,
            FecPacketsReceived = playout.FecPacketsReceived + playout.RedundantPacketsReceived,
            FecPacketsDiscarded = playout.FecPacketsReceived + playout.RedundantPacketsReceived - playout.FecPacketsUsed - playout.RedundantPacketsUsed,
            RedundantPacketsReceived = playout.RedundantPacketsReceived,
            RedundantPacketsUsed = playout.RedundantPacketsUsed,
            ClockDriftPpm = playout.ClockDrift,
            RoundTripTime = media?.Rtcp.RoundTrip?.TotalSeconds,
            RemoteFractionLost = media?.Rtcp.RemoteFractionLost,
            AudioLevel = playback.Level.Level,
            CaptureLevel = media?.Send.Level.Level ?? 0,
            MouthToEarMs = stages?.Total,
            Stages = stages,
            Mos = mos?.Mos,
            MosInputs = mos is { } rating ? InputsOf(rating) : null,
            AllocatedBytesPerSecond = engine.AllocatedBytesPerSecond,
            GcPauses = engine.GarbageCollections,
            StrangerPackets = media?.Strangers ?? 0,
            SecurityRefusals = media?.Receive.SecurityRefusals ?? 0,
            OtherDatagrams = media?.Receive.OtherDatagrams ?? 0,
            SocketErrors = sockets?.Errors ?? 0,
            CaptureOverruns = captured.Overruns,
            PlaybackRingOverruns = media?.Receive.RingOverruns ?? 0,
        };
    }

    // Of the sender the length of its packets is seen; its capture is taken to be like ours. The network's half is unknown before the first report.
    private MouthToEarStages? Stages(CallMedia? media, PlayoutSnapshot playout, PlaybackPipeline playback, MediaFacts facts)
    {
        if (media is null || RecentDelay(playout) is not { } bufferDelay)
            return null;
        return MouthToEar.Of(
            facts.Codec, media.Rtcp.PeerPacketTime.Milliseconds ?? facts.PacketTimeMs, playback.BlockMs, media.Send.CaptureAgeMs, media.Rtcp.RoundTrip?.TotalMilliseconds ?? 0,
            bufferDelay * 1000, playback.OutputLatency.TotalMilliseconds);
    }

    // Programs and the meter's listeners may ask at once.
    private double? RecentDelay(PlayoutSnapshot playout)
    {
        lock (_gate)
            return _bufferDelay.Read(playout.JitterBufferDelay, playout.JitterBufferEmittedCount);
    }

    private static EModelRating? Rate(double mouthToEarMs, double loss, double? burstRatio, MediaFacts facts) => EModel.Rate(new()
    {
        DelayMs = mouthToEarMs,
        LossPercent = 100 * loss,
        BurstRatio = burstRatio ?? 1,
        Codec = EModelCodec.Of(facts.Codec),
    });

    private static MosInputs InputsOf(in EModelRating rating) => new(
        rating.Inputs.DelayMs, rating.Inputs.LossPercent, rating.Inputs.BurstRatio,
        rating.Inputs.Codec.Impairment, rating.Inputs.Codec.Robustness, rating.Rating);
}
