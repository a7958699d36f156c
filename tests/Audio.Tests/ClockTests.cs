// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;

namespace Earshot.Audio.Tests;

/// <summary>Clocked streams, alone and sharing a thread.</summary>
public class ClockTests
{
    private static readonly AudioStreamFormat Format = new(48_000, 1, 120, null, null);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void SharedTurnsAreOnOneThreadCaptureFirst()
    {
        var log = new Log();
        using var source = log.Capture();
        using var sink = log.Playback();
        ClockedStream.ShareClock(source, sink);
        sink.Start();
        source.Start();
        log.Wait(100);
        source.Stop();
        sink.Stop();
        var turns = log.Turns.ToArray();
        Assert.Single(turns.Select(t => t.Thread).Distinct());
        var together = turns.GroupBy(t => t.Due).Where(g => g.Count() == 2).ToArray();
        Assert.True(together.Length > 40);
        Assert.All(together, turn => Assert.True(turn.First().IsCapture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneOfTwoStopsTheOtherGoesOnAndItStartsAgain(bool captureStops)
    {
        var log = new Log();
        using var source = log.Capture();
        using var sink = log.Playback();
        ClockedStream.ShareClock(source, sink);
        source.Start();
        sink.Start();
        log.Wait(10);
        ClockedStream first = captureStops ? source : sink;
        first.Stop();
        log.Turns.Clear();
        log.Wait(10);
        Assert.DoesNotContain(log.Turns, turn => turn.IsCapture == captureStops);
        Assert.False(first.IsRunning);
        first.Start();
        Assert.True(SpinWait.SpinUntil(() => log.Turns.Any(turn => turn.IsCapture == captureStops), Long));
        source.Stop();
        sink.Stop();
        log.Turns.Clear();
        Thread.Sleep(20);
        Assert.Empty(log.Turns);
        sink.Start();
        log.Wait(10);
    }

    [Fact]
    public void AFileThatFailsEndsItsStreamAloneAndSaysWhy()
    {
        var log = new Log();
        using var source = log.Capture();
        using var sink = log.Playback(new FullDisk());
        ClockedStream.ShareClock(source, sink);
        using var told = new ManualResetEventSlim();
        bool? runsWhenTold = null;
        sink.Left = () =>
        {
            runsWhenTold = sink.IsRunning;
            told.Set();
        };
        source.Start();
        sink.Start();
        Assert.True(told.Wait(Long)); // whoever watches need not look
        Assert.False(runsWhenTold);
        Assert.Equal("the disk is full", sink.Fault);
        log.Turns.Clear();
        log.Wait(10);
        Assert.True(source.IsRunning);
    }

    [Fact]
    public void AStreamThatIsStoppedWithinItsBlockDoesNotWaitForItself()
    {
        ClockedCapture? source = null;
        using var stopped = new ManualResetEventSlim();
        var log = new Log
        {
            Happened = () =>
        {
            source!.Stop();
            stopped.Set();
        }
        };
        source = log.Capture();
        source.Start();
        Assert.True(stopped.Wait(Long));
        source.Dispose();
    }

    private sealed class Log : ICaptureSink, IPlaybackSource
    {
        public ConcurrentQueue<(bool IsCapture, int Thread, long Due)> Turns { get; } = [];

        public Action? Happened { get; init; }

        public ClockedCapture Capture() => new("in", Format, new Earshot.Audio.Devices.Null.ToneFiller(0), this);

        public ClockedPlayback Playback(IBlockKeeper? keeper = null) => new("out", Format, this, keeper);

        public void Wait(int turns) => Assert.True(SpinWait.SpinUntil(() => Turns.Count >= turns, Long));

        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
        {
            Turns.Enqueue((true, Environment.CurrentManagedThreadId, capturedAt + 2_500_000));
            Happened?.Invoke();
        }

        public void OnPlayback(Span<short> block, long playsAt) => Turns.Enqueue((false, Environment.CurrentManagedThreadId, playsAt));
    }

    private sealed class FullDisk : IBlockKeeper
    {
        public void Keep(ReadOnlySpan<short> block) => throw new IOException("the disk is full");

        public void Dispose()
        {
        }
    }
}
