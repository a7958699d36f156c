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
        OneWay(call.Caller, call.Callee, call.Logs.There, call.Now),
        scenario.Answer is null ? null : OneWay(call.Callee, call.Caller, call.Logs.Back, call.Now));

    private static OneWayResult OneWay(LabEnd from, LabEnd to, LinkLog log, Instant end) => new()
    {
        Link = LinkCounters.Of(log, end),
        Codec = from.Plan.Facts.Codec,
        PacketsSent = from.Media.Send.Packets,
        PayloadBitrate = from.Media.Send.PayloadBytes * 8e3 / end.TotalMilliseconds,
        PacketsReceived = to.Media.Receive.Packets,
        PacketsLost = to.Media.Rtcp.PacketsLost,
        SecurityRefusals = to.Media.Receive.SecurityRefusals,
        Jitter = to.Media.Rtcp.JitterMilliseconds / 1000,
        RemoteFractionLost = from.Media.Rtcp.RemoteFractionLost,
        RoundTripTime = from.Media.Rtcp.RoundTrip?.TotalSeconds,
        Playout = to.Playback.Statistics,
        Delay = DelayFigures.Of(to.Track, p => p.DelayMs),
        MouthToEar = DelayFigures.Of(to.Track, p => p.MouthToEarMs),
        Target = DelayFigures.Of(to.Track, p => p.TargetMs),
        Track = to.Track,
    };
}
