// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Playout;

/// <summary>Copies that later packets carry (RFC 2198): they fill holes, and nothing else changes.</summary>
[Collection(Computing.Name)]
public class RedundancyTests(ITestOutputHelper output)
{
    private readonly JitterBuffer _buffer = Playing();
    private readonly short[] _block = new short[480];

    private static JitterBuffer Playing()
    {
        var buffer = new JitterBuffer();
        buffer.SetDecoder(111, new SineDecoder());
        return buffer;
    }

    private InsertOutcome Insert(int index, double at, bool copy = false) =>
        _buffer.Insert(new PlayoutPacket(1, 111, (ushort)index, (uint)index * 960, false, SineDecoder.Payload(index * 960, 960), copy), Instant.FromMilliseconds(at));

    private PulledInfo Pull(double at)
    {
        _buffer.Pull(Instant.FromMilliseconds(at), _block, out PulledInfo info);
        return info;
    }

    [Theory]
    [InlineData(0.1, 1, 5)]
    [InlineData(0.1, 2, 12)]
    [InlineData(0.2, 2, 15)]
    public void HolesAreFilledByCopies(double loss, int depth, double mostPerThousand)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            var call = new SimulatedCall(seed) { Redundancy = depth };
            call.Link = _ => call.Random.NextDouble() < loss ? null : 0;
            call.Run(10_000);
            PlayoutSnapshot before = call.Statistics;
            call.Run(60_000);
            PlayoutSnapshot after = call.Statistics;
            double concealed = 1000.0 * (after.ConcealedSamples - before.ConcealedSamples) / (60 * 48000);
            output.WriteLine($"loss {loss:P0}, {depth} copies, seed {seed}: made up {concealed:F1} ‰, used {after.RedundantPacketsUsed} of {after.RedundantPacketsReceived}, lost {after.PacketsLost}, target {after.TargetDelay * 1000:F0} ms, step {call.LargestStep}");
            Assert.InRange(after.PacketsLost, call.Lost - 5, call.Lost);
            Assert.Equal(0, after.PacketsDiscarded);
            Assert.True(concealed <= 1000 * Math.Pow(loss, depth + 1) + mostPerThousand, $"{concealed}");
        }
    }

    [Fact]
    public void CopyIsNeitherReceivedNorHeardTwice()
    {
        Insert(0, 0);
        Pull(2);
        Pull(12);
        Assert.Equal(InsertOutcome.Duplicate, Insert(0, 20, copy: true));
        Insert(1, 20);
        Pull(22);
        Pull(32);
        Insert(2, 40);
        Pull(42);
        PlayoutSnapshot s = _buffer.Statistics;
        Assert.Equal((3, 0, 1, 0), (s.PacketsReceived, s.PacketsDuplicated, s.RedundantPacketsReceived, s.RedundantPacketsUsed));
    }

    [Fact]
    public void PacketThatComesAfterItsCopyTakesItsPlace()
    {
        Insert(0, 0);
        Pull(2);
        Assert.Equal(InsertOutcome.Kept, Insert(1, 11, copy: true));
        Assert.Equal(InsertOutcome.Kept, Insert(2, 11));
        Assert.Equal(1, Lost());
        Assert.Equal(InsertOutcome.Kept, Insert(1, 11.5));
        Pull(12);
        Assert.InRange(Pull(22).Kind, PlayedKind.Normal, PlayedKind.Decelerated);
        PlayoutSnapshot s = _buffer.Statistics;
        Assert.Equal((3, 0, 0, 0), (s.PacketsReceived, s.PacketsLost, s.PacketsDiscarded, s.RedundantPacketsUsed));
    }

    [Fact]
    public void PacketThatComesAfterItsCopyIsPlayedWasLateAndNotLost()
    {
        Insert(0, 0);
        Pull(2);
        Insert(1, 11, copy: true);
        Insert(2, 11);
        Pull(12);
        Pull(22);
        Assert.Equal(PlayedKind.Redundant, Pull(32).Kind);
        Pull(42);
        Pull(52);
        Assert.Equal(InsertOutcome.Late, Insert(1, 53));
        Pull(62);
        PlayoutSnapshot s = _buffer.Statistics;
        Assert.Equal((3, 0, 1, 1), (s.PacketsReceived, s.PacketsLost, s.PacketsDiscarded, s.RedundantPacketsUsed));
        Assert.Equal(InsertOutcome.Duplicate, Insert(1, 63));
    }

    [Fact]
    public void CopyThatNobodyNeedsMovesNothing()
    {
        Insert(0, 0);
        Pull(2);
        Pull(12);
        Assert.Equal(InsertOutcome.Late, Insert(-1, 15, copy: true));
        Assert.Equal(InsertOutcome.Unplayable, _buffer.Insert(new PlayoutPacket(2, 111, 1, 960, false, SineDecoder.Payload(0, 960), true), Instant.FromMilliseconds(15)));
        Insert(1, 20);
        Assert.Equal(PlayedKind.Normal, Pull(22).Kind);
        Assert.Equal((2, 0, 0), (_buffer.Statistics.PacketsReceived, _buffer.Statistics.PacketsLost, _buffer.Statistics.Restarts));
    }

    [Fact]
    public void CopyBeforeAnyPacketBeginsNoStream()
    {
        Assert.Equal(InsertOutcome.Unplayable, Insert(5, 0, copy: true));
        Assert.False(Pull(2).HasStream);
    }

    private long Lost()
    {
        Pull(11.2);
        return _buffer.Statistics.PacketsLost;
    }
}
