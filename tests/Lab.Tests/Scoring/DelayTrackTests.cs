// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Lab.Scoring;

namespace Earshot.Lab.Tests.Scoring;

public class DelayTrackTests
{
    [Theory]
    [InlineData("speech_en_librivox", 0)]
    [InlineData("speech_en_m", 37.5)]
    [InlineData("speech_de_f", 812.0625)]
    public void ASteadyDelayIsFoundToAFractionOfASample(string voice, double delay)
    {
        var speech = ScoringSpeech.Open(voice);

        var track = DelayTrack.Measure(speech, ScoringSpeech.Delayed(speech, delay));

        Assert.True(track.Points.Count > 60);
        Assert.All(track.Points, point => Assert.Equal(delay, point.DelayMs, 0.05));
        Assert.Equal(delay, track.MedianMs, 0.02);
    }

    [Fact]
    public void LoudNoiseMovesNothing()
    {
        var speech = ScoringSpeech.Open("speech_en_m");

        var track = DelayTrack.Measure(speech, ScoringSpeech.WithNoise(ScoringSpeech.Delayed(speech, 40), snr: 5));

        Assert.Equal(40, track.MedianMs, 0.05);
        Assert.Equal(40, track.P95Ms, 0.2);
    }

    [Fact]
    public void AStepIsFollowedWithinAFifthOfASecond()
    {
        var speech = ScoringSpeech.Open("speech_en_m");
        short[] heard = [.. new short[960], .. speech[..96000], .. new short[1920], .. speech[96000..]]; // 20 ms, then 60 ms from 2 s on

        var track = DelayTrack.Measure(speech, heard);

        Assert.All(track.Points.Where(p => p.AtMs < 1800), p => Assert.Equal(20, p.DelayMs, 0.05));
        Assert.All(track.Points.Where(p => p.AtMs > 2200), p => Assert.Equal(60, p.DelayMs, 0.05));
    }

    [Fact]
    public void AJumpBeyondTheWindowIsFoundAgain()
    {
        var speech = ScoringSpeech.Open("speech_en_librivox");
        short[] heard = [.. new short[960], .. speech[..72000], .. new short[24000], .. speech[72000..]]; // 20 ms, then 520 ms

        var track = DelayTrack.Measure(speech, heard);

        Assert.All(track.Points.Where(p => p.AtMs < 1300), p => Assert.Equal(20, p.DelayMs, 0.05));
        Assert.All(track.Points.Where(p => p.AtMs > 2500), p => Assert.Equal(520, p.DelayMs, 0.05));
        Assert.Contains(track.Points, p => p.AtMs > 2500);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    public void AClockThatRunsElsewhereIsTakenIntoAccount(double ppm)
    {
        var speech = ScoringSpeech.Repeated("speech_en_m", 20);
        var heard = Resampled(ScoringSpeech.Delayed(speech, 30), ppm);

        Assert.All(DelayTrack.Measure(speech, heard, new(0, ppm)).Points, p => Assert.Equal(30, p.DelayMs, 0.1));
        Assert.Equal(30 + (ppm * 0.01), DelayTrack.Measure(speech, heard).MedianMs, 1.5); // else it creeps: 5 ms after 10 s
    }

    [Fact]
    public void ARecordingThatBeginsLaterIsTakenIntoAccount()
    {
        var speech = ScoringSpeech.Open("speech_de_f");
        var heard = ScoringSpeech.Delayed(speech, 50).AsSpan(48 * 7);

        Assert.Equal(50, DelayTrack.Measure(speech, heard, new(7, 0)).MedianMs, 0.02);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(2.51)]
    public void WhatIsSaidAfterTheRecordingEndsIsNotLookedFor(double seconds)
    {
        var speech = ScoringSpeech.Open("speech_de_f");
        var heard = ScoringSpeech.Delayed(speech, 700).AsSpan(0, (int)(seconds * 48000));

        Assert.All(DelayTrack.Measure(speech, heard).Points, point => Assert.Equal(700, point.DelayMs, 0.1));
        Assert.Empty(DelayTrack.Measure(heard, speech, new(-5000, 0)).Points);
    }

    [Fact]
    public void SilenceHasNoDelay()
    {
        var speech = ScoringSpeech.Open("speech_de_f");

        Assert.Empty(DelayTrack.Measure(speech, new short[speech.Length]).Points);
        Assert.Empty(DelayTrack.Measure(new short[48000], speech).Points);
        Assert.True(double.IsNaN(DelayTrack.Measure([], []).MedianMs));
    }

    // Two ways to the same figure: RTP time stamps inside of the playout, and the sound itself.
    [Theory]
    [InlineData("speech_en_librivox", 0, 0)]
    [InlineData("speech_en_m", 40, 0)]
    [InlineData("speech_de_f", 40, 0.05)]
    public void ACallIsHeardAsLateAsItsTimeStampsSay(string voice, double jitter, double loss)
    {
        var scenario = new LabScenario
        {
            Voice = LabVoice.Open(voice),
            Duration = TimeSpan.FromSeconds(25),
            Link = new() { Delay = TimeSpan.FromMilliseconds(10), Jitter = new UniformJitter(jitter), Loss = loss },
        };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var result = LabResult.Of(call, scenario);
        var said = ScoringSpeech.Repeated(voice, 25);

        var score = SpeechScore.Of(said, call.Callee.Heard.Span, new(call.Callee.HeardFrom.TotalMilliseconds, 0));

        Assert.Equal(result.There.MouthToEar.MedianMs, score.Delay.MedianMs, 0.5);
        Assert.Equal(result.There.MouthToEar.P95Ms, score.Delay.P95Ms, 5.0);
        Assert.InRange(score.Gaps.Share, 0, 0.002);
    }

    private static short[] Resampled(short[] samples, double ppm)
    {
        var converter = new Audio.Dsp.RateConverter(48000, 48000 * (1 + (ppm * 1e-6)));
        var made = new short[samples.Length + 1000];
        var count = converter.Convert(samples, made, out _);
        return made[(Audio.Dsp.RateConverter.Taps / 2)..count];
    }
}
