// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Media.Send;
using Earshot.Protocol;

namespace Earshot.Lab.Tests.Calls;

/// <summary>Whole calls whose sending follows the network, by the peer's own reports, in virtual time.</summary>
public sealed class AdaptationTests(ITestOutputHelper output)
{
    [Fact]
    public void ACleanNetworkGetsPlainPacketsAtTheFullRate()
    {
        var run = Talk(new LinkOptions { Delay = TimeSpan.FromMilliseconds(30) }, 60);
        Assert.All(run, s => Assert.Equal(new SendSettings(32000, 960, 0, RedundancyDistances.None), s.Settings));
    }

    [Theory]
    [InlineData(0.03, 0)]
    [InlineData(0.20, 2)]
    public void RandomLossIsAnsweredWithProtectionNotWithLessSound(double loss, int copies)
    {
        var run = Talk(new LinkOptions { Delay = TimeSpan.FromMilliseconds(30), Loss = loss }, 90);
        var settled = run.Where(s => s.At > 30).ToArray();
        Assert.InRange(settled.Average(s => s.Settings.Distances.Depth), copies - 0.3, copies + 0.3);
        Assert.All(settled, s => Assert.InRange(s.Settings.Bitrate * (1 + s.Settings.Distances.Depth), 30_000, 75_000));
        if (copies == 0)
            Assert.True(settled.Average(s => s.Settings.LossPercent > 0 ? 1 : 0) > 0.8);
    }

    [Fact]
    public void JitterAloneIsNoCongestion()
    {
        var run = Talk(new LinkOptions { Delay = TimeSpan.FromMilliseconds(30), Jitter = new UniformJitter(40) }, 90);
        Assert.All(run, s => Assert.Equal(32000, s.Settings.Bitrate));
    }

    [Theory]
    [InlineData(44, 300)]
    [InlineData(36, 300)]
    [InlineData(26, 500)]
    public void ANarrowWayIsFilledButNotItsQueue(double kilobits, int queueMs)
    {
        var link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(20), Rate = new(kilobits, TimeSpan.FromMilliseconds(queueMs)) };
        var run = Talk(link, 150);
        var settled = run.Where(s => s.At > 40).ToArray();
        Assert.All(run, s => Assert.True(s.Settings.Bitrate >= SendAdaptation.Floor));
        double used = settled.Average(s => s.Settings.WireRate) / (kilobits * 1000);
        double waits = settled.Count(s => s.QueueMs > 120) / (double)settled.Length;
        int turns = Turns(settled);
        output.WriteLine($"{kilobits} kbit/s: {used:P0} used, queue over 120 ms {waits:P0} of the time, {turns} turns in {settled[^1].At - settled[0].At:F0} s");
        Assert.InRange(used, 0.65, 1.02);
        // A packet of 60 ms and a report take 110 ms of 26 kbit/s by themselves.
        Assert.True(waits < 0.2, $"{waits:P0}");
        Assert.True(turns <= 12, $"{turns}");
    }

    /// <summary>The queue is full before the first report, so no round trip was ever short: loss is answered with less, not with copies, and speech lives.</summary>
    [Fact]
    public void AWayThatWasFullFromTheFirstSecondIsNoLossyOne()
    {
        var scores = new List<double>();
        foreach (string voice in LabVoice.BuiltIn)
        {
            for (ulong seed = 1; seed <= 2; seed++)
            {
                var scenario = new LabScenario
                {
                    Voice = LabVoice.Open(voice),
                    Seed = seed,
                    Duration = TimeSpan.FromSeconds(20),
                    Link = new LinkOptions { Delay = TimeSpan.Zero, Rate = new(40, TimeSpan.FromMilliseconds(200)) },
                };
                using var call = new LabCall(scenario);
                int copies = 0;
                for (int at = 1; at <= 20; at++)
                {
                    call.Run(Instant.FromMilliseconds(at * 1000));
                    copies = Math.Max(copies, call.Caller.Media.Send.Settings.Distances.Depth);
                }

                var result = LabResult.Of(call, scenario);
                scores.Add(result.There.Scores.Speech!.Estoi);
                output.WriteLine($"{voice}, {seed}: ESTOI {scores[^1]:F3}, delay {result.There.Delay.MedianMs:F0} ms, copies {copies}");
                Assert.Equal(0, copies);
            }
        }

        Assert.True(scores.Order().ElementAt(2) >= 0.86, $"{scores.Order().ElementAt(2)}");
    }

    [Fact]
    public void LossThatEndsGivesTheCleanSoundBack()
    {
        var link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(30) };
        var dice = new Random(5);
        var run = Talk(link with { Drops = _ => Clock < 40 && dice.NextDouble() < 0.2 }, 120);
        Assert.Equal(2, run.Last(s => s.At < 40).Settings.Distances.Depth);
        Assert.Equal(new SendSettings(32000, 960, 0, RedundancyDistances.None), run[^1].Settings);
    }

    [Fact]
    public void BurstsAreMendedByCopiesThatAreWaitedFor()
    {
        var made = new List<double>();
        for (ulong seed = 1; seed <= 5; seed++)
        {
            using var call = new LabCall(new()
            {
                Voice = LabVoice.Open("speech_en_m"),
                Seed = seed,
                Duration = TimeSpan.FromSeconds(40),
                Link = new LinkOptions { Loss = 0.1, Burst = 3 },
                Scored = false,
            });
            call.Run(Instant.FromMilliseconds(12_000));
            var before = call.Callee.Playback.Statistics;
            call.Run(Instant.FromMilliseconds(40_000));
            var after = call.Callee.Playback.Statistics;
            made.Add((after.ConcealedSamples - before.ConcealedSamples) / (double)(after.TotalSamplesReceived - before.TotalSamplesReceived));
            output.WriteLine($"{seed}: made up {made[^1]:P1}, target {after.TargetDelay * 1000:F0} ms, copies {call.Caller.Media.Send.Settings.Distances}");
            Assert.Equal(0.08, after.TargetDelay, 0.001);
        }

        // 1.9 % no copies one and four packets behind can mend; 4.3 % none one and two behind.
        Assert.InRange(made.Average(), 0, 0.03);
    }

    private double Clock { get; set; }

    private List<(double At, SendSettings Settings, double QueueMs)> Talk(LinkOptions link, int seconds)
    {
        var scenario = new LabScenario
        {
            Voice = LabVoice.Open("speech_en_m"),
            Duration = TimeSpan.FromSeconds(seconds),
            Link = link,
            Back = new LinkOptions { Delay = link.Delay },
            Scored = false,
        };
        using var call = new LabCall(scenario);
        var run = new List<(double, SendSettings, double)>();
        for (double at = 0.5; at <= seconds; at += 0.5)
        {
            Clock = at;
            call.Run(Instant.FromMilliseconds(at * 1000));
            run.Add((at, call.Caller.Media.Send.Settings, QueueMs(call, link, at)));
        }

        var last = default(SendSettings);
        foreach (var (at, settings, queue) in run)
        {
            if (settings != last)
                output.WriteLine($"{at,6:F1} s  {settings.Bitrate,6} bit/s  {settings.FrameSamples / 48} ms  fec {settings.LossPercent}  copies {settings.Distances.Near},{settings.Distances.Far}  queue {queue:F0} ms");
            last = settings;
        }

        return run;
    }

    private static double QueueMs(LabCall call, LinkOptions link, double at)
    {
        var sent = call.Logs.There.Records.LastOrDefault(r => r.ArrivesAt != Instant.Never);
        return sent.ArrivesAt == default ? 0 : (sent.ArrivesAt - sent.SentAt - link.Delay).TotalMilliseconds;
    }

    // Times that the rate turned from rising to falling or back by more than a tenth.
    private static int Turns((double At, SendSettings Settings, double QueueMs)[] run)
    {
        int turns = 0, direction = 0;
        double extreme = run[0].Settings.WireRate;
        foreach (var (_, settings, _) in run)
        {
            double rate = settings.WireRate;
            int way = rate > 1.1 * extreme ? 1 : rate < 0.9 * extreme ? -1 : 0;
            if (way != 0 && direction != 0 && way != direction)
                turns++;
            if (way != 0)
                (direction, extreme) = (way, rate);
            else if ((direction >= 0 && rate > extreme) || (direction <= 0 && rate < extreme))
                extreme = rate;
        }

        return turns;
    }
}
