// SPDX-License-Identifier: MIT
using Earshot.Media.Send;

namespace Earshot.Media.Tests.Send;

public class CaptureFramerTests
{
    [Fact]
    public void AnotherLengthBeginsBehindTheFrameThatIsBeingFilled()
    {
        var queue = new CaptureQueue();
        var framer = new CaptureFramer(queue);
        framer.Restart(960);
        var frames = new List<(long Index, int Length)>();
        for (int i = 0; i < 40; i++)
        {
            queue.Push(new short[480], i * 10_000_000L);
            while (framer.TryTake(out var frame))
                frames.Add((framer.Index, frame.Length));
            if (i == 10)
                framer.Change(2880);
            if (i == 31)
                framer.Change(480);
        }

        Assert.Equal([960, 2880, 480], frames.Select(f => f.Length).Distinct());
        for (int i = 1; i < frames.Count; i++)
            Assert.Equal(frames[i - 1].Index + frames[i - 1].Length, frames[i].Index);
    }

    [Theory]
    [InlineData(480, 960)]
    [InlineData(240, 480)]
    [InlineData(960, 480)]
    [InlineData(441, 960)]
    [InlineData(128, 2880)]
    public void BlocksOfAnyLengthBecomeFramesWithoutASampleLostOrTwice(int block, int frame)
    {
        var queue = new CaptureQueue();
        var framer = new CaptureFramer(queue);
        framer.Restart(frame);
        short next = 0, expected = 0;
        long frames = 0;
        for (int i = 0; i < 60; i++)
        {
            var samples = new short[block];
            for (int s = 0; s < block; s++)
                samples[s] = next++;
            queue.Push(samples, 1_000_000 + (i * block * 62_500L / 3));
            while (framer.TryTake(out var taken))
            {
                Assert.Equal(frame, taken.Length);
                Assert.Equal(frames * frame, framer.Index);
                Assert.InRange(framer.CapturedAt - (1_000_000 + (framer.Index * 62_500L / 3)), -50, 50);
                foreach (short sample in taken)
                    Assert.Equal(expected++, sample);
                frames++;
            }
        }

        Assert.Equal(60L * block / frame, frames);
    }

    [Fact]
    public void ALostBlockLeavesAHoleInTimeAndNotAShift()
    {
        var queue = new CaptureQueue();
        var framer = new CaptureFramer(queue);
        var block = new short[480];
        for (int i = 0; i < 40; i++)
            queue.Push(block, i * 10_000_000L);
        Assert.Equal(8, queue.Overruns);
        for (int i = 0; i < 16; i++)
            Assert.True(framer.TryTake(out _));
        Assert.False(framer.TryTake(out _));
        queue.Push(block, 400_000_000L);
        queue.Push(block, 410_000_000L);
        Assert.True(framer.TryTake(out _));
        Assert.Equal(40 * 480, framer.Index);
        Assert.Equal(400_000_000L, framer.CapturedAt);
    }

    [Fact]
    public void CaptureDoesNotAllocate()
    {
        var queue = new CaptureQueue();
        var framer = new CaptureFramer(queue);
        var block = new short[480];
        SteadyState.AllocatesNothing(1000, Once);

        void Once()
        {
            queue.Push(block, 0);
            framer.TryTake(out _);
        }
    }
}
