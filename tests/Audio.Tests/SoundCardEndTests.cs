// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Ends;
using Earshot.Audio.Files;

namespace Earshot.Audio.Tests;

public class SoundCardEndTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void FiftyVoicesHearTheMicrophoneAndAreMixed()
    {
        using var rig = new Rig();
        var voices = Enumerable.Range(1, 50).Select(i => new Voice((short)i)).ToList();
        voices.ForEach(rig.End.Attach);
        rig.Capture([5, 6, 7]);
        Assert.All(voices, v => Assert.Equal(5, v.LastHeard));
        Assert.All(rig.Play(480), s => Assert.Equal(50 * 51 / 2, s));
        rig.End.Detach(voices[49]);
        Assert.Equal(49 * 50 / 2, rig.Play(133)[132]);
    }

    [Fact]
    public void LoudVoicesSaturateInsteadOfWrapping()
    {
        using var rig = new Rig();
        rig.End.Attach(new Voice(30_000));
        rig.End.Attach(new Voice(30_000));
        Assert.All(rig.Play(481), s => Assert.Equal(short.MaxValue, s));
    }

    [Fact]
    public void MutedMicrophoneIsSilentButMeasured()
    {
        using var rig = new Rig();
        var voice = new Voice(0);
        rig.End.Attach(voice);
        rig.End.IsMuted = true;
        rig.Capture([16384, 16384]);
        Assert.Equal(0, voice.LastHeard);
        Assert.Equal(0.5f, rig.End.CaptureLevel.Peak);
    }

    [Fact]
    public void SilentCardIsHandedToTheNullEndWithinHundredMsAndBack()
    {
        using var rig = new Rig();
        var notices = new List<CardNotice>();
        rig.End.Noticed += notices.Add;
        rig.End.Attach(new Voice(9));
        long now = 0;
        for (; now <= 500 * Ms; now += 10 * Ms)
        {
            (rig.Mic.LastCallbackAt, rig.Speaker.LastCallbackAt) = (now + 1, now + 1);
            rig.End.CheckCards(now + 1);
        }

        Assert.Empty(notices);
        var last = rig.Speaker.LastCallbackAt;
        while (notices.Count == 0)
        {
            rig.Mic.LastCallbackAt = now;
            rig.End.CheckCards(now);
            now += 10 * Ms;
        }

        Assert.InRange(now - last, 0, 80 * Ms);
        Assert.Equal((CardEvent.Lost, false), (notices[0].Event, notices[0].IsCapture));
        Assert.True(rig.End.IsPlaybackLost);
        Assert.False(rig.End.IsCaptureLost);
        Assert.All(rig.Play(480), s => Assert.Equal(0, s)); // a late callback of the lost card is refused

        while (notices.Count == 1)
        {
            (rig.Mic.LastCallbackAt, rig.Speaker.LastCallbackAt) = (now, now);
            rig.End.CheckCards(now);
            now += 10 * Ms;
        }

        Assert.Equal(CardEvent.Returned, notices[1].Event);
        Assert.All(rig.Play(480), s => Assert.Equal(9, s));
    }

    [Fact]
    public void LostMicrophoneGoesOnAsSilence()
    {
        using var rig = new Rig();
        var voice = new Voice(0);
        rig.End.Attach(voice);
        rig.Mic.IsRunning = false;
        rig.Speaker.LastCallbackAt = 1;
        rig.End.CheckCards(2);
        Assert.True(rig.End.IsCaptureLost);
        Assert.True(voice.Heard.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, voice.LastHeard);
    }

    [Fact]
    public void AListenerThatThrowsEndsNeitherTheWatchNorWhatOthersHear()
    {
        using var rig = new Rig();
        var notices = new List<CardNotice>();
        var defect = new InvalidOperationException("a defect");
        rig.End.Noticed += _ => throw defect;
        rig.End.Noticed += notices.Add;
        rig.Mic.IsRunning = rig.Speaker.IsRunning = false;
        rig.End.CheckCards(1);
        Assert.Equal([false, true], notices.Select(n => n.IsCapture));
        Assert.Same(defect, rig.End.Failure);
    }

    [Fact]
    public void ACardThatCannotBeLookedAtIsToldOnceAndTheOtherIsWatchedOn()
    {
        using var rig = new Rig();
        var notices = new List<CardNotice>();
        rig.End.Noticed += notices.Add;
        rig.Speaker.LookDefect = new InvalidOperationException("a\ndefect");
        rig.Mic.IsRunning = false;
        for (var i = 1; i < 4; i++)
            rig.End.CheckCards(i);
        Assert.Equal([(CardEvent.Failed, false), (CardEvent.Lost, true)], notices.Select(n => (n.Event, n.IsCapture)));
        Assert.DoesNotContain('\n', notices[0].Message);
        Assert.Same(rig.Speaker.LookDefect, rig.End.Failure);
        rig.Speaker.LookDefect = null;
    }

    [Fact]
    public void AVoiceThatThrowsCanBeTakenOffAndTheCardGoesOn()
    {
        using var rig = new Rig();
        var broken = new Voice(1) { Defect = new InvalidOperationException("a defect") };
        rig.End.Attach(broken);
        Assert.Throws<InvalidOperationException>(() => rig.Play(480));
        Assert.Throws<InvalidOperationException>(() => rig.Capture([1]));
        rig.End.Detach(broken);
        rig.End.Attach(new Voice(9));
        Assert.All(rig.Play(480), s => Assert.Equal(9, s));
    }

    [Fact]
    public void WhatAClockedStreamsCallbackThrowsIsSilenceAndIsToldOnce()
    {
        var notices = new List<CardNotice>();
        using var end = new SoundCardEnd(new AudioEnd(AudioEnds.Null, "tone:440"), new AudioEnd(AudioEnds.Null, null), new AudioStreamRequest(480));
        end.Noticed += notices.Add;
        var broken = new Voice(1) { Defect = new InvalidOperationException("a\ndefect") };
        end.Attach(broken);
        for (var i = 0; i < 5; i++)
        {
            ((ClockedStream)end.Capture).Tick(i);
            ((ClockedStream)end.Playback).Tick(i);
        }

        end.StartStreams(0);
        for (var i = 0; i < 3; i++)
            end.CheckCards(i);
        Assert.True(((IGuardedStream)end.Playback).Defects.Count >= 5);
        Assert.Equal([(CardEvent.Failed, "internal", false), (CardEvent.Failed, "internal", true)], notices.Select(n => (n.Event, n.Code, n.IsCapture)));
        Assert.DoesNotContain('\n', notices[0].Message);
        broken.Defect = null;
        Assert.True(broken.Heard.Wait(TimeSpan.FromSeconds(20))); // the clock goes on
    }

    [Fact]
    public void CaptureAndPlaybackDoesNotAllocate()
    {
        using var rig = new Rig();
        for (short i = 0; i < 10; i++)
            rig.End.Attach(new Voice(i));
        rig.End.CaptureGain = rig.End.PlaybackGain = 0.5f;
        var block = new short[480];
        SteadyState.AllocatesNothing(1000, Pass);

        void Pass()
        {
            rig.Mic.Sink!.OnCaptured(block, 0);
            rig.Speaker.Source!.OnPlayback(block, 0);
        }
    }

    [Fact]
    public void RecorderOnTheCardDoesNotAllocateAndKeepsBothSides()
    {
        var path = Path.Combine(Path.GetTempPath(), $"earshot-{Guid.NewGuid():N}.wav");
        var blocks = 0;
        try
        {
            using (var recorder = new CallRecorder(path))
            using (var rig = new Rig())
            {
                rig.End.Attach(new Voice(9));
                rig.End.Tap = recorder;
                var block = new short[480];
                SteadyState.AllocatesNothing(25, Pass); // nine passes at most, which the ring holds even if its thread never runs

                void Pass(int i)
                {
                    block.AsSpan().Fill(5);
                    rig.Mic.Sink!.OnCaptured(block, i * 10 * Ms);
                    rig.Speaker.Source!.OnPlayback(block, i * 10 * Ms);
                    blocks = i + 1;
                }
            }

            // Blocks of 480 stereo frames of left 5 and right 9 behind the header of 44 bytes.
            var bytes = File.ReadAllBytes(path);
            Assert.Equal(44 + (blocks * 480 * 4), bytes.Length);
            for (var at = 44; at < bytes.Length; at += 4)
                Assert.Equal((5, 9), (BitConverter.ToInt16(bytes, at), BitConverter.ToInt16(bytes, at + 2)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class Rig : IDisposable
    {
        public Rig()
        {
            End = new SoundCardEnd(new AudioEnd(Mic, null), new AudioEnd(Speaker, null), new AudioStreamRequest(480));
            End.StartStreams(0);
        }

        public FakeCard Mic { get; } = new();

        public FakeCard Speaker { get; } = new();

        public SoundCardEnd End { get; }

        public void Capture(short[] block) => Mic.Sink!.OnCaptured(block, 0);

        public short[] Play(int samples)
        {
            var block = new short[samples];
            Array.Fill(block, (short)77);
            Speaker.Source!.OnPlayback(block, 0);
            return block;
        }

        public void Dispose() => End.Dispose();
    }

    private sealed class Voice(short says) : IVoice
    {
        public ManualResetEventSlim Heard { get; } = new();

        public short LastHeard { get; private set; } = -1;

        public volatile Exception? Defect;

        public void Capture(ReadOnlySpan<short> block, long capturedAt)
        {
            if (Defect is not null) throw Defect;
            LastHeard = block[0];
            Heard.Set();
        }

        public void Play(Span<short> block, long playsAt)
        {
            block.Fill(says);
            if (Defect is not null) throw Defect;
        }
    }
}
