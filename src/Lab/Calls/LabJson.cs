// SPDX-License-Identifier: MIT
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Earshot.Lab.Calls;

/// <summary>Results as JSON: the same bytes for the same call. W3C names where they exist.</summary>
internal static class LabJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One call, whole.</summary>
    public static byte[] Of(LabResult result) => Write(w => Call(w, result, withTrack: true));

    /// <summary>Several calls, without what each block was.</summary>
    public static byte[] Of(string name, IReadOnlyList<LabResult> results) => Write(w =>
    {
        w.WriteString("matrix", name);
        w.WriteStartArray("calls");
        foreach (var result in results)
        {
            w.WriteStartObject();
            Call(w, result, withTrack: false);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    private static byte[] Write(Action<Utf8JsonWriter> body)
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

    private static void Call(Utf8JsonWriter w, LabResult result, bool withTrack)
    {
        var scenario = result.Scenario;
        w.WriteString("name", scenario.Name);
        w.WriteNumber("seed", scenario.Seed);
        w.WriteNumber("durationSeconds", scenario.Duration.TotalSeconds);
        w.WriteString("voice", scenario.Voice.Name);
        w.WriteNumber("driftPpm", scenario.DriftPpm);
        w.WriteNumber("packetTimeMs", scenario.Media.PacketTime.TotalMilliseconds);
        OneWay(w, "there", result.There, withTrack);
        if (result.Back is { } back) OneWay(w, "back", back, withTrack);
    }

    private static void OneWay(Utf8JsonWriter w, string name, OneWayResult way, bool withTrack)
    {
        w.WriteStartObject(name);
        w.WriteString("codec", way.Codec);
        Number(w, "payloadBitrate", way.PayloadBitrate, 0);
        Link(w, way.Link);
        Delay(w, "delayMs", way.Delay);
        Delay(w, "mouthToEarMs", way.MouthToEar);
        Delay(w, "targetMs", way.Target);
        Number(w, "concealedShare", way.ConcealedShare, 6);
        Number(w, "stretchedShare", way.StretchedShare, 6);
        Number(w, "lateShare", way.LateShare, 6);
        Statistics(w, way);
        if (withTrack) Track(w, way.Track);
        w.WriteEndObject();
    }

    private static void Link(Utf8JsonWriter w, LinkCounters link)
    {
        w.WriteStartObject("link");
        w.WriteNumber("sent", link.Sent);
        w.WriteNumber("lost", link.Lost);
        w.WriteNumber("sentInOutage", link.SentInOutage);
        w.WriteNumber("queueFull", link.QueueFull);
        w.WriteNumber("arrived", link.Arrived);
        w.WriteNumber("copies", link.Copies);
        w.WriteNumber("onTheWay", link.OnTheWay);
        w.WriteEndObject();
    }

    private static void Delay(Utf8JsonWriter w, string name, DelayFigures delay)
    {
        w.WriteStartObject(name);
        Number(w, "median", delay.MedianMs, 2);
        Number(w, "p95", delay.P95Ms, 2);
        Number(w, "p99", delay.P99Ms, 2);
        Number(w, "max", delay.MaximumMs, 2);
        w.WriteEndObject();
    }

    private static void Statistics(Utf8JsonWriter w, OneWayResult way)
    {
        var playout = way.Playout;
        w.WriteStartObject("statistics");
        w.WriteNumber("packetsSent", way.PacketsSent);
        w.WriteNumber("packetsReceived", way.PacketsReceived);
        w.WriteNumber("packetsLost", way.PacketsLost);
        w.WriteNumber("packetsDiscarded", playout.PacketsDiscarded);
        w.WriteNumber("securityRefusals", way.SecurityRefusals);
        Number(w, "jitter", way.Jitter, 6);
        Number(w, "roundTripTime", way.RoundTripTime, 6);
        Number(w, "remoteFractionLost", way.RemoteFractionLost, 4);
        Number(w, "jitterBufferDelay", playout.JitterBufferDelay, 3);
        Number(w, "jitterBufferTargetDelay", playout.JitterBufferTargetDelay, 3);
        w.WriteNumber("jitterBufferEmittedCount", playout.JitterBufferEmittedCount);
        w.WriteNumber("totalSamplesReceived", playout.TotalSamplesReceived);
        w.WriteNumber("concealedSamples", playout.ConcealedSamples);
        w.WriteNumber("silentConcealedSamples", playout.SilentConcealedSamples);
        w.WriteNumber("concealmentEvents", playout.ConcealmentEvents);
        w.WriteNumber("insertedSamplesForDeceleration", playout.InsertedSamplesForDeceleration);
        w.WriteNumber("removedSamplesForAcceleration", playout.RemovedSamplesForAcceleration);
        w.WriteNumber("fecPacketsReceived", playout.FecPacketsReceived);
        w.WriteEndObject();
    }

    // Ten blocks a second would hide what happened: each stands here, columns instead of objects.
    private static void Track(Utf8JsonWriter w, LabTrack track)
    {
        w.WriteStartObject("blocks");
        Column(w, "atMs", track, p => p.AtMs);
        Column(w, "delayMs", track, p => p.DelayMs);
        Column(w, "targetMs", track, p => p.TargetMs);
        Column(w, "late", track, p => p.Late);
        w.WriteStartArray("kind");
        foreach (var pull in track.Pulls) w.WriteStringValue(pull.Kind.ToString());
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Column(Utf8JsonWriter w, string name, LabTrack track, Func<LabPull, double> of)
    {
        w.WriteStartArray(name);
        foreach (var pull in track.Pulls)
        {
            var value = of(pull);
            if (double.IsFinite(value)) w.WriteNumberValue(Math.Round(value, 2));
            else w.WriteNullValue();
        }

        w.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter w, string name, double? value, int digits)
    {
        if (value is { } number && double.IsFinite(number)) w.WriteNumber(name, Math.Round(number, digits));
        else w.WriteNull(name);
    }
}
