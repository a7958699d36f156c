// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Media;

namespace Earshot.Cli.Output;

/// <summary>The counters as they stand in <c>stats</c> events and in <c>--stats FILE</c>: W3C names where they exist.</summary>
internal static class StatisticsFields
{
    public static void Write(Utf8JsonWriter w, MediaStatistics s)
    {
        w.WriteNumber("packetsSent", s.PacketsSent);
        w.WriteNumber("bytesSent", s.BytesSent);
        w.WriteNumber("packetsReceived", s.PacketsReceived);
        w.WriteNumber("bytesReceived", s.BytesReceived);
        w.WriteNumber("packetsLost", s.PacketsLost);
        w.WriteNumber("packetsDiscarded", s.PacketsDiscarded);
        w.WriteNumber("jitter", Round(s.Jitter, 6));
        w.WriteNumber("jitterBufferDelay", Round(s.JitterBufferDelay, 3));
        w.WriteNumber("jitterBufferEmittedCount", s.JitterBufferEmittedCount);
        w.WriteNumber("jitterBufferTargetDelay", Round(s.JitterBufferTargetDelay, 3));
        w.WriteNumber("targetDelayMs", Round(s.TargetDelayMs, 1));
        w.WriteNumber("concealedSamples", s.ConcealedSamples);
        w.WriteNumber("concealmentEvents", s.ConcealmentEvents);
        w.WriteNumber("insertedSamplesForDeceleration", s.InsertedSamplesForDeceleration);
        w.WriteNumber("removedSamplesForAcceleration", s.RemovedSamplesForAcceleration);
        w.WriteNumber("fecPacketsReceived", s.FecPacketsReceived);
        w.WriteNumber("fecPacketsDiscarded", s.FecPacketsDiscarded);
        w.WriteNumber("redundantPacketsReceived", s.RedundantPacketsReceived);
        w.WriteNumber("redundantPacketsUsed", s.RedundantPacketsUsed);
        w.WriteNumber("clockDriftPpm", Round(s.ClockDriftPpm, 1));
        w.WriteNumber("packetsDuplicated", s.PacketsDuplicated);
        w.WriteNumber("totalSamplesReceived", s.TotalSamplesReceived);
        w.WriteNumber("silentConcealedSamples", s.SilentConcealedSamples);
        w.WriteNumber("targetBitrate", s.TargetBitrate);
        w.WriteNumber("redundantPacketsSent", s.RedundantPacketsSent);
        Write(w, "remoteMos", s.RemoteMos, 1);
        Write(w, "remoteDiscardRate", s.RemoteDiscardRate, 4);
        Write(w, "remoteBurstDensity", s.RemoteBurstDensity, 4);
        Write(w, "roundTripTime", s.RoundTripTime, 6);
        Write(w, "remoteFractionLost", s.RemoteFractionLost, 4);
        w.WriteNumber("audioLevel", Round(s.AudioLevel, 4));
        w.WriteNumber("captureLevel", Round(s.CaptureLevel, 4));
        Write(w, "mouthToEarMs", s.MouthToEarMs, 1);
        WriteStages(w, s.Stages);
        Write(w, "mos", s.Mos, 2);
        WriteMosInputs(w, s.MosInputs);
        w.WriteNumber("allocatedBytesPerSecond", Round(s.AllocatedBytesPerSecond, 0));
        w.WriteNumber("gcPauses", s.GcPauses);
        w.WriteNumber("strangerPackets", s.StrangerPackets);
        w.WriteNumber("securityRefusals", s.SecurityRefusals);
        w.WriteNumber("otherDatagrams", s.OtherDatagrams);
        w.WriteNumber("socketErrors", s.SocketErrors);
        w.WriteNumber("captureOverruns", s.CaptureOverruns);
        w.WriteNumber("playbackRingOverruns", s.PlaybackRingOverruns);
    }

    private static void WriteStages(Utf8JsonWriter w, MouthToEarStages? stages)
    {
        if (stages is null) return;
        w.WriteStartObject("stages");
        w.WriteNumber("capture", Round(stages.Capture, 1));
        w.WriteNumber("framing", Round(stages.Framing, 1));
        w.WriteNumber("lookAhead", Round(stages.LookAhead, 1));
        w.WriteNumber("network", Round(stages.Network, 1));
        w.WriteNumber("jitterBuffer", Round(stages.JitterBuffer, 1));
        w.WriteNumber("playback", Round(stages.Playback, 1));
        w.WriteEndObject();
    }

    private static void WriteMosInputs(Utf8JsonWriter w, MosInputs? inputs)
    {
        if (inputs is null) return;
        w.WriteStartObject("mosInputs");
        w.WriteNumber("delayMs", Round(inputs.DelayMs, 1));
        w.WriteNumber("lossPercent", Round(inputs.LossPercent, 2));
        w.WriteNumber("burstRatio", Round(inputs.BurstRatio, 2));
        w.WriteNumber("ie", Round(inputs.Impairment, 1));
        w.WriteNumber("bpl", Round(inputs.Robustness, 1));
        w.WriteNumber("r", Round(inputs.Rating, 1));
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, string name, double? value, int digits)
    {
        if (value is { } v) w.WriteNumber(name, Round(v, digits));
        else w.WriteNull(name);
    }

    private static double Round(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : 0;
}
