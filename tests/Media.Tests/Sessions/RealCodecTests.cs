// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Calls with the codecs themselves, libopus included.</summary>
public class RealCodecTests
{
    [Theory]
    [InlineData("opus", 20)]
    [InlineData("opus", 10)]
    [InlineData("g722", 20)]
    [InlineData("pcmu", 20)]
    [InlineData("pcma", 20)]
    public void WhatIsHeardIsWhatWasSaid(string codec, int packetTime)
    {
        var sweep = Signals.Sweep(96000);
        using var engine = CallPair.NewEngine(codecs: new MediaCodecs());
        using var call = new CallPair(new() { Codecs = [codec], PacketTime = TimeSpan.FromMilliseconds(packetTime) }, callerSays: sweep, engine: engine);
        CallPair.Until(() => call.CalleeEnd?.Heard.Length > 84000 + (2 * sweep.Length), "sound");
        var correlations = new List<double>();
        for (int turn = 0; turn < 3; turn++)
        {
            for (int at = 48000; at < 72000; at += 4800)
                correlations.Add(Signals.Find(sweep.AsSpan(at, 2400), call.CalleeEnd!.Heard.Slice((turn * sweep.Length) + at, 9600)).Correlation);
        }

        // On a busy machine playout stretches a place here and there; the rest is what was said.
        Assert.True(correlations.Count(c => c >= 0.9) >= 5, string.Join(" ", correlations.Select(c => c.ToString("f3"))));
        var statistics = call.Callee.GetStatistics();
        Assert.True(statistics.MouthToEarMs >= packetTime);
        Assert.InRange(statistics.Mos!.Value, statistics.ConcealedSamples == 0 ? 4 : 1, 5);
    }
}
