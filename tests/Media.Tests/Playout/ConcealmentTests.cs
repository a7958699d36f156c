// SPDX-License-Identifier: MIT
using Earshot.Audio.Measurement;
using Earshot.Media.Codecs;
using Earshot.Media.Codecs.Opus;

namespace Earshot.Media.Tests.Playout;

/// <summary>Three voices, five seeds, no copies: what is made up must leave no holes, and PCMU's seams no clicks.</summary>
[Collection(Computing.Name)]
public class ConcealmentTests(ITestOutputHelper output)
{
    private static readonly string[] Voices = ["speech_en_m", "speech_de_f", "speech_en_librivox"];

    /// <param name="codec">Its name.</param>
    /// <param name="steps">Largest step against that of the speech: what Opus and G.722 decode overshoots after a loss, before any of it is ours.</param>
    /// <param name="worst">Gaps of the worst decile.</param>
    [Theory]
    [InlineData("opus", 3.5, 0.0025)]
    [InlineData("G722", 2, 0.002)]
    [InlineData("PCMU", 1.1, 0.002)]
    public void TenPercentLossLeavesNoGaps(string codec, double steps, double worst)
    {
        var gaps = new List<double>();
        var correlations = new List<double>();
        foreach (string voice in Voices)
        {
            for (int seed = 1; seed <= 5; seed++)
            {
                using var call = new SpokenCall(new OpusEncoderSettings { InbandFec = false }, seed) { Codec = CodecCatalogue.Find(codec)!, Loss = 0.1 };
                call.Say(SpokenCall.Speech(voice, 3));
                SpeechMatch match = call.Match();
                gaps.Add(call.Gaps(match));
                correlations.Add(match.Correlation);
                output.WriteLine($"{codec}, {voice}, {seed}: gaps {gaps[^1]:P2}, correlation {match.Correlation:F3}, step {Steps.Largest(call.Heard)} of {Steps.Largest(call.Sent)}, target {call.Statistics.TargetDelay * 1000:F0} ms");
                Assert.True(Steps.Largest(call.Heard) <= steps * Steps.Largest(call.Sent), $"{voice}, {seed}: {Steps.Largest(call.Heard)}");
            }
        }

        gaps.Sort();
        correlations.Sort();
        output.WriteLine($"{codec}: gaps median {gaps[7]:P2}, worst decile {gaps[13]:P2}; correlation median {correlations[7]:F3}, worst decile {correlations[1]:F3}");
        Assert.True(gaps[7] <= 0.002, $"{gaps[7]}");
        Assert.True(gaps[13] <= worst, $"{gaps[13]}");
    }
}

/// <summary>Steps from one sample to the next.</summary>
internal static class Steps
{
    public static int Largest(IEnumerable<short> samples)
    {
        int largest = 0, last = int.MaxValue;
        foreach (short sample in samples)
        {
            largest = last == int.MaxValue ? 0 : Math.Max(largest, Math.Abs(sample - last));
            last = sample;
        }

        return largest;
    }
}
