// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Playout;

[Collection(Computing.Name)]
public class JitterBufferTests(ITestOutputHelper output)
{
    /// <summary>A 200 Hz sine of 8000 moves 209 a sample; a seam may add the like of a cross-fade, a click adds thousands.</summary>
    private const int SmoothStep = 500;

    private void Tell(SimulatedCall call) => output.WriteLine(
        $"target {call.Statistics.TargetDelay * 1000:F1} ms, delay {call.MeanDelay(500):F1}, concealed {call.Statistics.ConcealedSamples}, events {call.Statistics.ConcealmentEvents}, " +
        $"discarded {call.Statistics.PacketsDiscarded}, lost {call.Statistics.PacketsLost}, +{call.Statistics.InsertedSamplesForDeceleration} −{call.Statistics.RemovedSamplesForAcceleration}, step {call.LargestStep}");

    [Fact]
    public void CleanLinkStaysUnder15MsForTenMinutes()
    {
        var call = new SimulatedCall();
        call.Run(600_000);
        Tell(call);
        Assert.True(call.DelaysMs.Skip(10).Max() <= 28, $"{call.DelaysMs.Skip(10).Max()}");
        Assert.True(call.DelaysMs.Skip(1200).Max() <= 20, $"{call.DelaysMs.Skip(1200).Max()}");
        Assert.True(call.MeanDelay(5000) <= 15);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.Equal(0, call.Statistics.RemovedSamplesForAcceleration);
        Assert.True(call.LargestStep <= SmoothStep);
    }

    [Theory]
    [InlineData(120, 960)]
    [InlineData(240, 960)]
    [InlineData(512, 960)]
    [InlineData(960, 960)]
    [InlineData(960, 480)]
    [InlineData(960, 120)]
    [InlineData(120, 2880)]
    public void BlocksOfAnyLengthPlayOn(int block, int packet)
    {
        var call = new SimulatedCall { BlockSamples = block, PacketSamples = packet };
        call.Run(20_000);
        Tell(call);
        Assert.InRange(call.ExactDelaysMs.TakeLast(call.ExactDelaysMs.Count / 2).Max(), 0, 21);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.Equal(0, call.Statistics.InsertedSamplesForDeceleration); // a phase that comes back after some packets is no reason to stretch
        Assert.True(call.LargestStep <= SmoothStep);
        call.Link = _ => call.Random.NextDouble() * 40;
        call.Run(10_000);
        long before = call.Statistics.ConcealedSamples;
        call.Run(30_000);
        Tell(call);
        Assert.True(call.Statistics.ConcealedSamples - before <= 0.01 * 30 * 48000, $"{call.Statistics.ConcealedSamples - before}");
    }

    [Fact]
    public void JitterOf40MsIsHeldWithOnePercentLate()
    {
        var call = new SimulatedCall();
        call.Link = _ => call.Random.NextDouble() * 40;
        call.Run(10_000);
        long before = call.Statistics.ConcealedSamples;
        call.Run(60_000);
        Tell(call);
        Assert.InRange(call.Statistics.TargetDelay * 1000, 30, 42);
        Assert.True(call.MeanDelay(5000) <= 80);
        Assert.True(call.Statistics.ConcealedSamples - before <= 0.01 * 60 * 48000);
        Assert.True(call.LargestStep <= SmoothStep);
    }

    [Fact]
    public void TenPercentLossIsConcealedAndCountedExactly()
    {
        var call = new SimulatedCall();
        call.Link = _ => call.Random.NextDouble() < 0.1 ? null : 0;
        call.Run(60_000);
        call.Link = _ => 0;
        call.Run(100);
        Tell(call);
        Assert.Equal(call.Lost, call.Statistics.PacketsLost);
        Assert.Equal(0, call.Statistics.PacketsDiscarded);
        Assert.Equal(call.Lost * 960, call.Statistics.ConcealedSamples);
        Assert.True(call.MeanDelay(3000) <= 45);
        Assert.True(call.LargestStep <= 2 * SmoothStep);
    }

    [Fact]
    public void FecRestoresWhatTheNextPacketCarries()
    {
        var call = new SimulatedCall { Fec = true };
        call.Link = _ => 30 * call.Random.NextDouble() is var jitter && call.Random.NextDouble() < 0.1 ? null : jitter;
        call.Run(30_000);
        Tell(call);
        Assert.True(call.Statistics.FecPacketsUsed > call.Lost / 2);
    }

    [Fact]
    public void SpikeOf200MsIsForgottenWithinSeconds()
    {
        var call = new SimulatedCall { InOrder = true };
        call.Link = now => now is > 5000 and < 5200 ? 5200 - now : 0;
        call.Run(5300);
        call.Run(4000);
        Tell(call);
        Assert.True(call.Statistics.TargetDelay * 1000 <= 5);
        Assert.True(call.MeanDelay(50) <= 25);
        Assert.True(call.LargestStep <= SmoothStep);
    }

    [Fact]
    public void StepOf60MsCostsOneConcealment()
    {
        var call = new SimulatedCall { InOrder = true };
        call.Link = now => now > 5000 ? 60 : 0;
        call.Run(20_000);
        Tell(call);
        Assert.Equal(1, call.Statistics.ConcealmentEvents);
        Assert.InRange(call.MeanDelay(300), 60, 85);
    }

    [Fact]
    public void OutageOfASecondFadesAndComesBack()
    {
        var call = new SimulatedCall();
        call.Link = now => now is > 5000 and < 6000 ? null : 0;
        call.Run(5900);
        Assert.Equal(PlayedKind.Silence, call.Info.Kind);
        call.Run(300);
        Tell(call);
        Assert.Equal(PlayedKind.Normal, call.Info.Kind);
        Assert.Equal(1, call.Statistics.ConcealmentEvents);
        Assert.Equal(call.Lost, call.Statistics.PacketsLost);
        Assert.True(call.MeanDelay(5) <= 25);
    }

    [Theory]
    [InlineData("ssrc")]
    [InlineData("sequence")]
    [InlineData("timestamp")]
    public void RestartedStreamGoesOn(string what)
    {
        var call = new SimulatedCall();
        call.Run(2000);
        if (what == "ssrc")
            call.Ssrc = 99;
        else if (what == "sequence")
            call.SequenceOffset += 20000;
        else
            call.TimestampOffset ^= 0x80000000;
        call.Run(200);
        Tell(call);
        Assert.Equal(PlayedKind.Normal, call.Info.Kind);
        Assert.Equal(1, call.Statistics.Restarts);
        Assert.True(call.LargestStep <= SmoothStep);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(240)]
    [InlineData(480)]
    [InlineData(2880)]
    [InlineData(5760)]
    public void PacketsOfAnyLengthPlayOn(int samples)
    {
        var call = new SimulatedCall { PacketSamples = samples };
        call.Run(5000);
        long before = call.Statistics.ConcealedSamples;
        call.Run(5000);
        Tell(call);
        Assert.Equal(before, call.Statistics.ConcealedSamples);
        Assert.True(call.LargestStep <= 212, $"{call.LargestStep}");
    }

    [Fact]
    public void DuplicatesAreCountedAndNotPlayed()
    {
        var buffer = new JitterBuffer();
        buffer.SetDecoder(0, new SineDecoder());
        short[] block = new short[480];
        for (int i = 0; i < 100; i++)
        {
            for (int copy = 0; copy < 2; copy++)
                buffer.Insert(new PlayoutPacket(1, 0, (ushort)i, (uint)i * 960, false, SineDecoder.Payload(i * 960, 960)), Instant.FromMilliseconds(i * 20));
            buffer.Pull(Instant.FromMilliseconds((i * 20) + 2), block, out _);
            buffer.Pull(Instant.FromMilliseconds((i * 20) + 12), block, out _);
        }
        Assert.Equal(100, buffer.Statistics.PacketsDuplicated);
        Assert.Equal(0, buffer.Statistics.ConcealedSamples);
        // All but what the silence before the first packet moved behind the last pull.
        Assert.InRange(buffer.Statistics.JitterBufferEmittedCount, 198 * 480, 200 * 480);
    }

    [Fact]
    public void BurstOfTenThousandLeavesOneSecondAtMost()
    {
        var buffer = new JitterBuffer();
        buffer.SetDecoder(0, new SineDecoder());
        short[] block = new short[480];
        for (int i = 0; i < 10_000; i++)
            buffer.Insert(new PlayoutPacket(1, 0, (ushort)i, (uint)i * 960, false, SineDecoder.Payload(i * 960, 960)), Instant.FromMilliseconds(0));
        for (int i = 0; i < 10; i++)
            buffer.Pull(Instant.FromMilliseconds(i * 10), block, out _);
        Assert.Equal(10_000, buffer.Statistics.PacketsReceived);
        Assert.Equal(0, buffer.Statistics.PacketsLost);
        Assert.True(buffer.Statistics.JitterBufferEmittedCount > 0);
    }

    [Fact]
    public void PayloadTypeMayChangeWithEachPacket()
    {
        var buffer = new JitterBuffer();
        buffer.SetDecoder(0, new SineDecoder(8000));
        buffer.SetDecoder(111, new SineDecoder());
        short[] block = new short[480];
        for (int i = 0; i < 200; i++)
        {
            byte type = i % 2 == 0 ? (byte)111 : (byte)0;
            buffer.Insert(new PlayoutPacket(1, type, (ushort)i, (uint)i * (type == 0 ? 160u : 960u), false, SineDecoder.Payload(i * 960, 960)), Instant.FromMilliseconds(i * 20));
            buffer.Pull(Instant.FromMilliseconds((i * 20) + 2), block, out PulledInfo info);
            Assert.Equal(i == 0 ? PlayedKind.Silence : PlayedKind.Normal, info.Kind);
            buffer.Pull(Instant.FromMilliseconds((i * 20) + 12), block, out _);
        }
    }

    [Fact]
    public void RandomPacketsNeverBreakIt()
    {
        var random = new Random(5);
        var buffer = new JitterBuffer();
        buffer.SetDecoder(0, new SineDecoder(8000));
        buffer.SetDecoder(111, new SineDecoder());
        short[] block = new short[960];
        byte[] rubbish = new byte[1600];
        int[] blocks = [120, 256, 480, 960];
        double now = 0;
        uint timestamp = 0;
        for (int i = 0; i < 30_000; i++)
        {
            timestamp = random.Next(20) == 0 ? (uint)random.NextInt64(uint.MaxValue) : timestamp + 960;
            ushort sequence = (ushort)(random.Next(10) == 0 ? random.Next(65536) : i);
            ReadOnlySpan<byte> payload = random.Next(4) == 0 ? rubbish.AsSpan(0, random.Next(1600)) : SineDecoder.Payload(i, random.Next(1, 6000));
            buffer.Insert(new PlayoutPacket((uint)random.Next(50) / 49, (byte)(random.Next(3) * 111 / 2), sequence, timestamp, false, payload),
                Instant.FromMilliseconds(now - (random.NextDouble() * 50)));
            if (random.Next(2) == 0)
                buffer.Pull(Instant.FromMilliseconds(now += 10), block.AsSpan(0, blocks[random.Next(4)]), out _);
        }
        Assert.Equal(30_000, buffer.Statistics.PacketsReceived);
    }

    [Fact]
    public void PlayoutDoesNotAllocate()
    {
        var buffer = new JitterBuffer();
        buffer.SetDecoder(0, new SineDecoder());
        byte[] payload = SineDecoder.Payload(0, 960);
        short[] block = new short[480];
        SteadyState.AllocatesNothing(2000, n =>
        {
            if (n % 13 != 0)
                buffer.Insert(new PlayoutPacket(1, 0, (ushort)n, (uint)n * 960, false, payload), Instant.FromMilliseconds((n * 20) + (n % 7 * 4)));
            buffer.Pull(Instant.FromMilliseconds((n * 20) + 30), block, out _);
            buffer.Pull(Instant.FromMilliseconds((n * 20) + 40), block, out _);
        });
    }
}
