// SPDX-License-Identifier: MIT
using Earshot.Lab.Scoring;

namespace Earshot.Lab.Tests.Scoring;

public class IntelligibilityTests
{
    // The values were computed by another program, written from the papers for this purpose alone (Python, double precision, NumPy's
    // transform, one band and one segment at a time, normalised literally), from the same files and the same SplitMix64 noise (seed 7).
    // It brings speech to 10 kHz by cutting the spectrum of the whole file at 5 kHz, where the tested code has a filter that is short and
    // flat to 4.5 kHz, and its frames begin a sixth of a sample elsewhere: hence 0.002.
    [Theory]
    [InlineData("speech_en_librivox", -10, false, 0.6570, 0.2983)]
    [InlineData("speech_en_librivox", -5, false, 0.7542, 0.4320)]
    [InlineData("speech_en_librivox", 0, false, 0.8396, 0.5698)]
    [InlineData("speech_en_librivox", 5, false, 0.9094, 0.7084)]
    [InlineData("speech_en_librivox", 10, false, 0.9576, 0.8253)]
    [InlineData("speech_en_librivox", 20, false, 0.9946, 0.9589)]
    [InlineData("speech_en_librivox", -5, true, 0.7049, 0.5516)]
    [InlineData("speech_en_librivox", -15, true, 0.5063, 0.3790)]
    [InlineData("speech_en_m", -10, false, 0.7402, 0.4087)]
    [InlineData("speech_en_m", -5, false, 0.8545, 0.5969)]
    [InlineData("speech_en_m", 0, false, 0.9295, 0.7603)]
    [InlineData("speech_en_m", 5, false, 0.9684, 0.8728)]
    [InlineData("speech_en_m", 10, false, 0.9860, 0.9372)]
    [InlineData("speech_en_m", 20, false, 0.9977, 0.9904)]
    [InlineData("speech_en_m", -5, true, 0.7947, 0.6463)]
    [InlineData("speech_en_m", -15, true, 0.5407, 0.4272)]
    [InlineData("speech_de_f", -10, false, 0.7025, 0.3714)]
    [InlineData("speech_de_f", -5, false, 0.8105, 0.5292)]
    [InlineData("speech_de_f", 0, false, 0.8923, 0.6794)]
    [InlineData("speech_de_f", 5, false, 0.9425, 0.8038)]
    [InlineData("speech_de_f", 10, false, 0.9715, 0.8946)]
    [InlineData("speech_de_f", 20, false, 0.9952, 0.9807)]
    [InlineData("speech_de_f", -5, true, 0.7372, 0.5807)]
    [InlineData("speech_de_f", -15, true, 0.4815, 0.3999)]
    public void ScoresAreThoseOfAnIndependentProgram(string voice, double snr, bool gated, double stoi, double estoi)
    {
        var speech = ScoringSpeech.Open(voice);
        var bands = SpeechBands.Of(speech, ScoringSpeech.WithNoise(speech, snr, gated: gated));

        Assert.Equal(stoi, Stoi.Score(bands), 0.002);
        Assert.Equal(estoi, Estoi.Score(bands), 0.002);
    }

    [Theory]
    [InlineData("speech_en_librivox")]
    [InlineData("speech_en_m")]
    [InlineData("speech_de_f")]
    public void TheSameSoundScoresOneAtAnyLevel(string voice)
    {
        var speech = ScoringSpeech.Open(voice);
        short[] quieter = [.. speech.Select(sample => (short)(sample / 2))];

        Assert.Equal(1, Stoi.Score(speech, speech), 1e-5);
        Assert.Equal(1, Estoi.Score(speech, speech), 1e-5);
        Assert.Equal(1, Stoi.Score(speech, quieter), 0.001);
        Assert.Equal(1, Estoi.Score(speech, quieter), 0.01);
    }

    [Theory]
    [InlineData("speech_en_librivox", 1)]
    [InlineData("speech_en_m", 2)]
    [InlineData("speech_de_f", 3)]
    public void MoreNoiseScoresLess(string voice, ulong seed)
    {
        var speech = ScoringSpeech.Open(voice);
        double[] ratios = [30, 20, 10, 5, 0, -5, -10, -20];
        var scores = ratios.Select(snr => SpeechBands.Of(speech, ScoringSpeech.WithNoise(speech, snr, seed)))
            .Select(bands => (Stoi: Stoi.Score(bands), Estoi: Estoi.Score(bands))).ToArray();

        Assert.Equal(scores.OrderByDescending(s => s.Stoi), scores);
        Assert.Equal(scores.OrderByDescending(s => s.Estoi), scores);
    }

    [Fact]
    public void SilenceAndOtherSpeechAreNotUnderstood()
    {
        var (speech, other) = (ScoringSpeech.Open("speech_en_m"), ScoringSpeech.Open("speech_de_f"));

        Assert.InRange(Stoi.Score(speech, new short[speech.Length]), -0.01, 0.01);
        Assert.InRange(Estoi.Score(speech, new short[speech.Length]), -0.01, 0.01);
        Assert.InRange(Stoi.Score(speech, other), -0.2, 0.35);
        Assert.InRange(Estoi.Score(speech, other), -0.2, 0.25);
    }

    [Fact]
    public void ThereIsNoScoreWithoutSpeech()
    {
        var speech = ScoringSpeech.Open("speech_en_m");

        Assert.True(double.IsNaN(Stoi.Score([], [])));
        Assert.True(double.IsNaN(Estoi.Score(new short[48000], new short[48000])));
        Assert.True(double.IsNaN(Stoi.Score(speech.AsSpan(0, 9600), speech.AsSpan(0, 9600))));
    }
}
