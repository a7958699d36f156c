// SPDX-License-Identifier: MIT
using Earshot.Lab.Scoring;

namespace Earshot.Lab.Tests.Scoring;

public class GapMeterTests
{
    [Theory]
    [InlineData("speech_en_librivox")]
    [InlineData("speech_en_m")]
    [InlineData("speech_de_f")]
    public void SpeechThatArrivesWholeHasNone(string voice)
    {
        var speech = ScoringSpeech.Open(voice);

        var report = GapMeter.Measure(speech, ScoringSpeech.Delayed(speech, 45));

        Assert.Empty(report.Gaps);
        Assert.InRange(report.ActiveMs, 1500, 4800);
    }

    [Theory]
    [InlineData("speech_en_librivox", 20)]
    [InlineData("speech_en_m", 60)]
    [InlineData("speech_de_f", 40)]
    public void AHoleInAWordIsOneAsLongAsItIs(string voice, int ms)
    {
        var speech = ScoringSpeech.Open(voice);
        var heard = ScoringSpeech.Delayed(speech, 45);
        var at = Loud(speech) + (45 * 48);
        heard.AsSpan(at, ms * 48).Clear();

        var gap = Assert.Single(GapMeter.Measure(speech, heard).Gaps);

        Assert.Equal(at / 48.0, gap.AtMs, 5.0);
        Assert.Equal(ms, gap.LengthMs, 5.0);
    }

    [Fact]
    public void AHoleShorterThanTenMillisecondsOrInAPauseIsNone()
    {
        var speech = ScoringSpeech.Open("speech_en_m");
        var heard = ScoringSpeech.Delayed(speech, 45);
        heard.AsSpan(Loud(speech) + (45 * 48), 8 * 48).Clear();
        heard.AsSpan(Quiet(speech) + (45 * 48), 60 * 48).Clear();

        Assert.Empty(GapMeter.Measure(speech, heard).Gaps);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(25)]
    [InlineData(15)]
    public void NoiseDoesNotFillIt(double snr)
    {
        var speech = ScoringSpeech.Open("speech_en_m");
        var heard = ScoringSpeech.Delayed(speech, 45);
        heard.AsSpan(Loud(speech) + (45 * 48), 60 * 48).Clear();

        var report = GapMeter.Measure(speech, ScoringSpeech.WithNoise(heard, snr));

        Assert.InRange(report.TotalMs, 45, 65);
    }

    [Fact]
    public void SilenceThatIsPutIntoAWordIsOne()
    {
        var speech = ScoringSpeech.Open("speech_en_m");
        var at = Loud(speech);
        short[] heard = [.. new short[960], .. speech[..at], .. new short[50 * 48], .. speech[at..]];

        Assert.Equal(50, GapMeter.Measure(speech, heard).TotalMs, 10.0);
    }

    [Fact]
    public void NothingHeardIsOneForAllThatWasSaid()
    {
        var speech = ScoringSpeech.Open("speech_en_m");
        var heard = ScoringSpeech.Delayed(speech, 45);
        heard.AsSpan(heard.Length / 2).Clear();

        var report = GapMeter.Measure(speech, heard);

        Assert.InRange(report.Share, 0.35, 0.6);
    }

    // Within a word: the weakest 10 ms around it are the strongest.
    private static int Loud(short[] speech) => Places.MaxBy(at => Pieces(speech, at).Min());

    private static int Quiet(short[] speech) => Places.MinBy(at => Pieces(speech, at).Max());

    private static IEnumerable<int> Places => Enumerable.Range(100, 300).Select(piece => piece * 480);

    private static IEnumerable<double> Pieces(short[] speech, int at) =>
        Enumerable.Range(-6, 12).Select(piece => speech.Skip(at + (piece * 480)).Take(480).Sum(sample => (double)sample * sample));
}
