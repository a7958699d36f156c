// SPDX-License-Identifier: MIT
using System.Text.Json;

namespace Earshot.Lab.Calls;

/// <summary>Results as JSON: the same bytes for the same call. W3C names where they exist.</summary>
internal static class LabJson
{
    /// <summary>One call, whole.</summary>
    public static byte[] Of(LabResult result) => LabJsonFields.Write(w => Call(w, result, withTrack: true));

    /// <summary>A grid: each network's figures, then its calls, without what each block was.</summary>
    public static byte[] Of(string matrix, IReadOnlyList<LabMatrixResult> cells) => LabJsonFields.Write(w =>
    {
        w.WriteString("matrix", matrix);
        w.WriteStartArray("networks");
        foreach (var cell in cells) Cell(w, cell);
        w.WriteEndArray();
    });

    private static void Cell(Utf8JsonWriter w, LabMatrixResult cell)
    {
        w.WriteStartObject();
        w.WriteString("network", cell.Name);
        foreach (var figure in LabFigure.All)
        {
            w.WriteStartObject(figure.Name);
            LabJsonFields.Number(w, "median", cell.Median(figure.Of), 4);
            LabJsonFields.Number(w, "worstDecile", cell.WorstDecile(figure), 4);
            w.WriteEndObject();
        }

        w.WriteStartArray("calls");
        foreach (var call in cell.Calls)
        {
            w.WriteStartObject();
            Call(w, call, withTrack: false);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
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
        LabJsonFields.Number(w, "payloadBitrate", way.PayloadBitrate, 0);
        Link(w, way.Link);
        LabJsonFields.Delay(w, "delayMs", way.Delay);
        LabJsonFields.Delay(w, "mouthToEarMs", way.MouthToEar);
        LabJsonFields.Delay(w, "targetMs", way.Target);
        LabJsonFields.Number(w, "concealedShare", way.ConcealedShare, 6);
        LabJsonFields.Number(w, "stretchedShare", way.StretchedShare, 6);
        LabJsonFields.Number(w, "lateShare", way.LateShare, 6);
        Scores(w, way.Scores);
        Statistics(w, way);
        if (withTrack) LabJsonFields.Track(w, way.Track);
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

    private static void Scores(Utf8JsonWriter w, LabScores scores)
    {
        w.WriteStartObject("scores");
        LabJsonFields.Number(w, "mos", scores.Rating.Mos, 3);
        LabJsonFields.Number(w, "r", scores.Rating.Rating, 2);
        LabJsonFields.Number(w, "mosDelayMs", scores.Rating.Inputs.DelayMs, 2);
        LabJsonFields.Number(w, "mosLossPercent", scores.Rating.Inputs.LossPercent, 4);
        LabJsonFields.Number(w, "mosBurstRatio", scores.Rating.Inputs.BurstRatio, 3);
        LabJsonFields.Number(w, "mosIe", scores.Rating.Inputs.Codec.Impairment, 1);
        LabJsonFields.Number(w, "mosBpl", scores.Rating.Inputs.Codec.Robustness, 1);
        Speech(w, scores.Speech);
        LabJsonFields.Number(w, "concealedEstoi", scores.Plain?.Concealed.Estoi, 4);
        LabJsonFields.Number(w, "fecEstoi", scores.Plain?.Fec.Estoi, 4);
        LabJsonFields.Number(w, "fecGapShare", scores.Plain?.Fec.Gaps.Share, 6);
        w.WriteEndObject();
    }

    private static void Speech(Utf8JsonWriter w, Scoring.SpeechScore? speech)
    {
        LabJsonFields.Number(w, "stoi", speech?.Stoi, 4);
        LabJsonFields.Number(w, "estoi", speech?.Estoi, 4);
        LabJsonFields.Number(w, "heardDelayMs", speech?.Delay.MedianMs, 2);
        LabJsonFields.Number(w, "heardDelayP95Ms", speech?.Delay.P95Ms, 2);
        LabJsonFields.Number(w, "gapShare", speech?.Gaps.Share, 6);
        LabJsonFields.Number(w, "longestGapMs", speech?.Gaps.LongestMs, 2);
    }

    private static void Statistics(Utf8JsonWriter w, OneWayResult way)
    {
        var playout = way.Playout;
        w.WriteStartObject("statistics");
        w.WriteNumber("packetsSent", way.PacketsSent);
        w.WriteNumber("packetsReceived", way.PacketsReceived);
        w.WriteNumber("packetsLost", way.PacketsLost);
        w.WriteNumber("packetsDiscarded", playout.PacketsDiscarded);
        w.WriteNumber("strangerPackets", way.StrangerPackets);
        w.WriteNumber("securityRefusals", way.SecurityRefusals);
        LabJsonFields.Number(w, "jitter", way.Jitter, 6);
        LabJsonFields.Number(w, "roundTripTime", way.RoundTripTime, 6);
        LabJsonFields.Number(w, "remoteFractionLost", way.RemoteFractionLost, 4);
        LabJsonFields.Playout(w, playout);
        w.WriteEndObject();
    }
}
