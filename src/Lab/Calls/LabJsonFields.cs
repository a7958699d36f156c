// SPDX-License-Identifier: MIT
using System.Text.Encodings.Web;
using System.Text.Json;
using Earshot.Media.Playout;

namespace Earshot.Lab.Calls;

/// <summary>What calls and replays write alike. Rounded, so that a file can be read; no time, path or host in it.</summary>
internal static class LabJsonFields
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object, with a line feed behind it.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>How a delay was spread.</summary>
    public static void Delay(Utf8JsonWriter w, string name, DelayFigures delay)
    {
        w.WriteStartObject(name);
        Number(w, "median", delay.MedianMs, 2);
        Number(w, "p95", delay.P95Ms, 2);
        Number(w, "p99", delay.P99Ms, 2);
        Number(w, "max", delay.MaximumMs, 2);
        w.WriteEndObject();
    }

    /// <summary>The playout's counters, in an object that is open.</summary>
    public static void Playout(Utf8JsonWriter w, in PlayoutSnapshot playout)
    {
        Number(w, "jitterBufferDelay", playout.JitterBufferDelay, 3);
        Number(w, "jitterBufferTargetDelay", playout.JitterBufferTargetDelay, 3);
        w.WriteNumber("jitterBufferEmittedCount", playout.JitterBufferEmittedCount);
        w.WriteNumber("totalSamplesReceived", playout.TotalSamplesReceived);
        w.WriteNumber("concealedSamples", playout.ConcealedSamples);
        w.WriteNumber("silentConcealedSamples", playout.SilentConcealedSamples);
        w.WriteNumber("concealmentEvents", playout.ConcealmentEvents);
        w.WriteNumber("insertedSamplesForDeceleration", playout.InsertedSamplesForDeceleration);
        w.WriteNumber("removedSamplesForAcceleration", playout.RemovedSamplesForAcceleration);
        w.WriteNumber("fecPacketsReceived", playout.FecPacketsReceived + playout.RedundantPacketsReceived);
        w.WriteNumber("fecPacketsDiscarded", playout.FecPacketsReceived + playout.RedundantPacketsReceived - playout.FecPacketsUsed - playout.RedundantPacketsUsed);
        w.WriteNumber("redundantPacketsReceived", playout.RedundantPacketsReceived);
        w.WriteNumber("redundantPacketsUsed", playout.RedundantPacketsUsed);
        w.WriteNumber("packetsDuplicated", playout.PacketsDuplicated);
        Number(w, "targetDelayMs", playout.TargetDelay * 1000, 3);
        Number(w, "clockDriftPpm", playout.ClockDrift, 3);
    }

    /// <summary>Each block: columns instead of objects.</summary>
    public static void Track(Utf8JsonWriter w, LabTrack track)
    {
        w.WriteStartObject("blocks");
        Column(w, "atMs", track, p => Text(p.AtMs));
        Column(w, "delayMs", track, p => Text(p.DelayMs));
        Column(w, "targetMs", track, p => Text(p.TargetMs));
        Column(w, "late", track, p => Text(p.Late));
        Column(w, "kind", track, p => $"\"{p.Kind}\"");
        w.WriteEndObject();
    }

    // On one line: a minute has 6000 blocks.
    private static void Column(Utf8JsonWriter w, string name, LabTrack track, Func<LabPull, string> of)
    {
        w.WritePropertyName(name);
        w.WriteRawValue($"[{string.Join(',', track.Pulls.Select(of))}]");
    }

    private static string Text(double value) =>
        double.IsFinite(value) ? Math.Round(value, 2).ToString(System.Globalization.CultureInfo.InvariantCulture) : "null";

    /// <summary>A number, or null for what is not known.</summary>
    public static void Number(Utf8JsonWriter w, string name, double? value, int digits)
    {
        if (value is { } number && double.IsFinite(number)) w.WriteNumber(name, Math.Round(number, digits));
        else w.WriteNull(name);
    }
}
