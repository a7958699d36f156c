// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Media;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Tests.Calls;

/// <summary>What a running call says of its delay, against the lab, which knows when each sample was said.</summary>
public sealed class MouthToEarTests
{
    [Theory]
    [InlineData("opus", 20, "none")]
    [InlineData("opus", 20, "uniform")]
    [InlineData("opus", 20, "normal")]
    [InlineData("opus", 60, "none")]
    [InlineData("opus", 60, "uniform")]
    [InlineData("opus", 10, "uniform")]
    [InlineData("opus", 2.5, "none")]
    [InlineData("opus", 5, "uniform")]
    [InlineData("g722", 20, "none")]
    [InlineData("pcmu", 40, "normal")]
    public void TheEstimateIsWhatTheLabMeasures(string codec, double packetMs, string jitter)
    {
        var scenario = new LabScenario
        {
            Voice = LabVoice.Open("speech_en_m"),
            Answer = LabVoice.Open("speech_en_m"),
            Duration = TimeSpan.FromSeconds(30),
            Scored = false,
            Link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(30), Jitter = Jitter(jitter) },
            Media = new MediaSessionOptions { Codecs = [codec], PacketTime = TimeSpan.FromMilliseconds(packetMs), Adapt = false },
        };
        using var call = new LabCall(scenario);
        var (estimates, measured) = (new List<double>(), new List<double>()); // of the same seconds: a call begins with more room than it keeps
        var recent = new RecentMean(48000);
        for (var second = 1; second <= 30; second++)
        {
            call.Run(Instant.Zero + TimeSpan.FromSeconds(second));
            var (end, playout) = (call.Callee, call.Callee.Playback.Statistics);
            if (recent.Read(playout.JitterBufferDelay, playout.JitterBufferEmittedCount) is not { } buffer || RoundTripMs(call, jitter) is not { } roundTrip) continue;
            estimates.Add(MouthToEar.Of(codec, end.Media.Rtcp.PeerPacketTime.Milliseconds ?? 0, end.Playback.BlockMs, call.Caller.Media.Send.CaptureAgeMs, roundTrip, buffer * 1000, 0).Total);
            measured.Add(call.Callee.Track.Pulls.Where(p => p.AtMs > (second - 1) * 1000 && float.IsFinite(p.MouthToEarMs)).Average(p => p.MouthToEarMs));
        }

        var (live, real) = (estimates.Average(), measured.Average());
        Assert.True(Math.Abs(live - real) < 1.5, $"live {live:0.00} ms, measured {real:0.00} ms");
    }

    // The handful of reports in half a minute is a small sample of a jittery link: there the link's own log stands for the mean of many.
    private static double? RoundTripMs(LabCall call, string jitter) => jitter == "none"
        ? call.Callee.Media.Rtcp.RoundTrip?.TotalMilliseconds
        : 2 * call.Logs.There.Records.Where(r => r.ArrivesAt <= call.Now).Average(r => (r.ArrivesAt - r.SentAt).TotalMilliseconds);

    private static IJitterModel Jitter(string name) => name switch
    {
        "uniform" => new UniformJitter(40),
        "normal" => new NormalJitter(15),
        _ => new NoJitter(),
    };
}
