// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;

namespace Earshot.Audio.Tests;

public class RecordingTests
{
    private const long Ms = 1_000_000;
    private const long Hour = 3_600_000 * Ms;

    [Fact]
    public void TheTimeBetweenCallsIsNotWritten()
    {
        var file = new Paper();
        Call(file.Timeline, 77 * Hour, 100, (1, 2));
        Call(file.Timeline, 78 * Hour, 50, (3, 4));
        Call(file.Timeline, 90 * Hour, 25, (5, 6));
        file.Timeline.Finish();
        // Each speaker's last block plays 10 ms after the microphone's was captured.
        Assert.Equal((175 * 480) + (3 * 480), file.Left.Count);
        Assert.Equal((480 * 50, 480 * 50), (file.Left.Count(s => s == 3), file.Right.Count(s => s == 4)));
    }

    [Fact]
    public void BothSidesOfEachCallStayAligned()
    {
        var file = new Paper();
        Call(file.Timeline, 77 * Hour, 100, (1, 2));
        Call(file.Timeline, 78 * Hour, 50, (3, 4));
        file.Timeline.Finish();
        Assert.Equal(480, file.Right.IndexOf(2) - file.Left.IndexOf(1));
        Assert.Equal(480, file.Right.IndexOf(4) - file.Left.IndexOf(3));
    }

    [Fact]
    public void ASideThatStopsWhileTheOtherGoesOnIsNoPause()
    {
        var file = new Paper();
        for (var i = 0; i < 1000; i++)
        {
            if (i is < 100 or >= 900)
                file.Timeline.Place(0, Block(1), Hour + (i * 10 * Ms));
            file.Timeline.Place(1, Block((short)(i < 900 ? 2 : 3)), Hour + (i * 10 * Ms));
            file.Timeline.Flush();
        }

        file.Timeline.Finish();
        Assert.Equal(480_000, file.Left.Count);
        Assert.Equal(file.Right.IndexOf(3), file.Left.LastIndexOf(0) + 1);
    }

    /// <summary>What two people said to each other is their own; a file that was there before, and open to all, too.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARecordingIsItsOwnersAlone(bool wasThere)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no such modes");
        else
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            if (wasThere)
            {
                File.WriteAllText(path, "");
                File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
            }

            new CallRecorder(path).Dispose();
            var mode = File.GetUnixFileMode(path);
            File.Delete(path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        }
    }

    [Fact]
    public void WhatLiesInTheRingsBeforeAPauseIsWrittenBeforeIt()
    {
        var path = Path.GetTempFileName();
        using (var recorder = new CallRecorder(path))
        {
            for (var call = 0; call < 2; call++)
            {
                for (var i = 0; i < 50; i++)
                {
                    recorder.Said(Block(1), (call * Hour) + (i * 10 * Ms));
                    recorder.Heard(Block(2), (call * Hour) + (i * 10 * Ms));
                }
            }
        }

        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        Assert.Equal(44 + (100 * 480 * 4), bytes.Length);
        for (var at = 44; at < bytes.Length; at += 4)
            Assert.Equal((1, 2), (BitConverter.ToInt16(bytes, at), BitConverter.ToInt16(bytes, at + 2)));
    }

    [Fact]
    public void ADiskThatHangsIsToldAndLeftBehind()
    {
        using var answers = new ManualResetEventSlim();
        var told = new List<string>();
        var file = new Closed();
        var recorder = new CallRecorder(file, _ => answers.Wait(), TimeSpan.FromMilliseconds(50), told.Add);
        recorder.Said(Block(1), 0);
        recorder.Dispose();
        Assert.Contains("does not answer", Assert.Single(told), StringComparison.Ordinal);
        Assert.False(file.Done.IsSet);
        answers.Set();
        Assert.True(file.Done.Wait(TimeSpan.FromSeconds(20))); // whatever comes late is still written and closed
    }

    [Fact]
    public void WhateverTheDiskThrowsEndsTheRecordingAndNotTheProcess()
    {
        var told = new List<string>();
        var file = new Closed();
        var recorder = new CallRecorder(file, _ => throw new UnauthorizedAccessException("no\nlonger"), TimeSpan.FromSeconds(20), told.Add);
        recorder.Said(Block(1), 0);
        recorder.Heard(Block(1), 0);
        recorder.Dispose();
        Assert.Equal(["no longer"], told);
        Assert.True(file.Done.IsSet);
    }

    private static short[] Block(short value)
    {
        var block = new short[480];
        Array.Fill(block, value);
        return block;
    }

    // As clocked ends stamp: a captured block is a block old when a played one is due.
    private static void Call(StereoTimeline timeline, long from, int blocks, (short Said, short Heard) sound)
    {
        for (var i = 0; i < blocks; i++)
        {
            timeline.Place(0, Block(sound.Said), from + (i * 10 * Ms));
            timeline.Place(1, Block(sound.Heard), from + ((i + 1) * 10 * Ms));
            timeline.Flush();
        }
    }

    private sealed class Paper
    {
        public Paper() => Timeline = new StereoTimeline(interleaved =>
        {
            for (var i = 0; i < interleaved.Length; i += 2)
            {
                Left.Add(interleaved[i]);
                Right.Add(interleaved[i + 1]);
            }
        });

        public StereoTimeline Timeline { get; }

        public List<short> Left { get; } = [];

        public List<short> Right { get; } = [];
    }

    private sealed class Closed : IDisposable
    {
        public ManualResetEventSlim Done { get; } = new();

        public void Dispose() => Done.Set();
    }
}
