// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Lab.Calls;
using Earshot.Lab.Replay;

namespace Earshot.Cli.Lab;

/// <summary>Results for a person.</summary>
internal static class LabText
{
    /// <summary>A call, a few lines each way.</summary>
    public static IEnumerable<string> Of(LabResult result)
    {
        var scenario = result.Scenario;
        yield return Line($"{scenario.Voice.Name}, {scenario.Duration.TotalSeconds:0.#} s, seed {scenario.Seed}");
        foreach (var line in Of(result.There)) yield return line;
        if (result.Back is not { } back) yield break;
        yield return "The other way:";
        foreach (var line in Of(back)) yield return line;
    }

    /// <summary>A replayed capture.</summary>
    public static IEnumerable<string> Of(ReplayResult result)
    {
        var (stream, playout) = (result.Stream, result.Playout);
        yield return Line($"{stream.From} -> {stream.To}, SSRC {stream.Ssrc:x8}, {stream.Length.TotalSeconds:0.#} s, the largest of {result.OtherStreams + 1}");
        yield return Line($"  codec          {result.Codec} (payload type {result.PayloadType}{(result.RedundancyPayloadType < 0 ? "" : $", redundancy in {result.RedundancyPayloadType}")})");
        if (result.KeyPayloadType >= 0) yield return Line($"  keys           {(result.Digits.Length == 0 ? "none whole" : result.Digits)} (payload type {result.KeyPayloadType})");
        yield return Line($"  received       {stream.Packets.Count}, {result.PacketsLost} lost, {playout.PacketsDiscarded} too late or not playable, jitter {result.Jitter * 1000:0.0} ms");
        yield return Line($"  delay          median {result.Delay.MedianMs:0.0} ms, p95 {result.Delay.P95Ms:0.0}, max {result.Delay.MaximumMs:0.0} (beyond the fastest packet)");
        yield return Line($"  target         median {result.Target.MedianMs:0.0} ms, p95 {result.Target.P95Ms:0.0}");
        yield return Line($"  made up        {100 * result.ConcealedShare:0.00} % in {playout.ConcealmentEvents} pieces, {playout.FecPacketsUsed} frames restored by FEC, {playout.RedundantPacketsUsed} by redundancy");
        if (result.CutPackets > 0) yield return Line($"! {result.CutPackets} packets of the capture are cut and count as lost: capture them whole (tcpdump -s 0)");
        if (result.EndsEarly) yield return "! The capture ends in the midst of a packet: what comes before is played.";
        if (2 * playout.PacketsDiscarded > stream.Packets.Count)
            yield return "! Most packets could not be played: is the stream encrypted, or of another codec (--codecs)?";
    }

    private static IEnumerable<string> Of(OneWayResult way)
    {
        var (link, playout) = (way.Link, way.Playout);
        yield return Line($"  codec          {way.Codec}, {way.PayloadBitrate / 1000:0.0} kbit/s of payload");
        yield return Line($"  link           {link.Sent} packets sent, {100 * link.LossShare:0.0} % lost, {link.Copies} came twice, {link.OnTheWay} still on the way");
        if (way.PacketsReceived == 0)
        {
            yield return "  received       nothing, so nothing was heard and there is nothing to score";
            yield break;
        }

        yield return Line($"  received       {way.PacketsReceived}, {way.PacketsLost} lost, {playout.PacketsDiscarded} too late ({100 * way.LateShare:0.0} %)");
        yield return Line($"  delay          median {way.Delay.MedianMs:0.0} ms, p95 {way.Delay.P95Ms:0.0}, max {way.Delay.MaximumMs:0.0} (from the wire to the speaker)");
        yield return Line($"  mouth to ear   median {way.MouthToEar.MedianMs:0.0} ms, p95 {way.MouthToEar.P95Ms:0.0} (with framing and codec)");
        yield return Line($"  target         median {way.Target.MedianMs:0.0} ms, p95 {way.Target.P95Ms:0.0}");
        yield return Line($"  made up        {100 * way.ConcealedShare:0.00} % in {playout.ConcealmentEvents} pieces, {playout.FecPacketsUsed} frames restored by FEC, {playout.RedundantPacketsUsed} by redundancy");
        yield return Line($"  stretched      {100 * way.StretchedShare:0.00} %");
        var scores = way.Scores;
        yield return Line($"  MOS            {scores.Rating.Mos:0.00} by the E-model, from {scores.Rating.Inputs.DelayMs:0} ms mouth to ear and {scores.Rating.Inputs.LossPercent:0.0} % made up");
        if (scores.Speech is not { } speech) yield break;
        yield return Line($"  gaps           {100 * speech.Gaps.Share:0.00} % of the active speech, the longest {speech.Gaps.LongestMs:0} ms");
        yield return Line($"  understood     ESTOI {speech.Estoi:0.000}, STOI {speech.Stoi:0.000}; heard {speech.Delay.MedianMs:0.0} ms after it was said (p95 {speech.Delay.P95Ms:0.0})");
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
