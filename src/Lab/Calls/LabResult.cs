// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>What came of a call in virtual time.</summary>
/// <param name="Scenario">The call.</param>
/// <param name="There">From the caller to the callee.</param>
/// <param name="Back">From the callee to the caller; null when it said nothing.</param>
internal sealed record LabResult(LabScenario Scenario, OneWayResult There, OneWayResult? Back)
{
    /// <summary>Makes a call from its beginning to its end.</summary>
    public static LabResult Of(LabScenario scenario, CancellationToken cancel = default)
    {
        using var call = new LabCall(scenario);
        call.Run(call.End, cancel);
        return Of(call, scenario);
    }

    /// <summary>Reads a call that has been made.</summary>
    public static LabResult Of(LabCall call, LabScenario scenario) => new(
        scenario,
        OneWay(call.Caller, call.Callee, scenario.Voice, scenario, call.Logs.There, call.Now),
        scenario.Answer is null ? null : OneWay(call.Callee, call.Caller, scenario.Answer, scenario, call.Logs.Back, call.Now));

    private static OneWayResult OneWay(LabEnd from, LabEnd to, LabVoice said, LabScenario scenario, LinkLog log, Instant end)
    {
        var (playout, mouthToEar, codec) = (to.Playback.Statistics, DelayFigures.Of(to.Track, p => p.MouthToEarMs), from.Plan.Facts.Codec);
        var way = new OneWayResult
        {
            Link = LinkCounters.Of(log, end),
            Codec = codec,
            PacketsSent = from.Media.Send.Packets,
            PayloadBitrate = from.Media.Send.PayloadBytes * 8e3 / end.TotalMilliseconds,
            PacketsReceived = to.Media.Receive.Packets,
            StrangerPackets = to.Media.Latching.Strangers,
            PacketsLost = to.Media.Rtcp.PacketsLost,
            SecurityRefusals = to.Media.Receive.SecurityRefusals,
            Jitter = to.Media.Rtcp.JitterMilliseconds / 1000,
            RemoteFractionLost = from.Media.Rtcp.RemoteFractionLost,
            RoundTripTime = from.Media.Rtcp.RoundTrip?.TotalSeconds,
            Playout = playout,
            Delay = DelayFigures.Of(to.Track, p => p.DelayMs),
            MouthToEar = mouthToEar,
            Target = DelayFigures.Of(to.Track, p => p.TargetMs),
            LostMs = [.. log.Records.Where(r => r.Kind == PacketKind.Rtp && r.Fate != PacketFate.Delivered).Select(r => r.SentAt.TotalMilliseconds)],
            Track = to.Track,
        };
        var speech = scenario.Scored ? LabScores.Listen(said, from, to, end - Instant.Zero) : null;
        var plain = scenario.Compared && codec == "opus"
            ? new PlainScores(PlainOpus.Score(said, scenario, log, fec: false), PlainOpus.Score(said, scenario, log, fec: true)) : null;
        return way with { Scores = new(LabScores.Rate(way, log), speech, plain) };
    }
}
