// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

/// <summary>Pauses of G.711 and G.722 senders: neither dead silence nor loss.</summary>
[Collection(Computing.Name)]
public class ComfortNoiseTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    public void DescribedNoiseHasItsLevel(byte level)
    {
        var noise = new ComfortNoise();
        short[] pcm = new short[48000];
        Assert.Equal(960, noise.Decode([level, 40, 140, 110], pcm));
        noise.Conceal(pcm);
        double dBov = 10 * Math.Log10(GapMeasure.Power(pcm.AsSpan(960)) / (32768.0 * 32768));
        Assert.InRange(dBov, -level - 2, -level + 2);
    }

    [Fact]
    public void AnyDescriptionIsPlayable()
    {
        var random = new Random(3);
        var noise = new ComfortNoise();
        short[] pcm = new short[960];
        byte[] bytes = new byte[40];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(bytes);
            Assert.Equal(i % 40 == 0 ? -1 : 960, noise.Decode(bytes.AsSpan(0, i % 40), pcm));
        }
    }

    /// <summary>Speech, one packet of RFC 3389, two seconds of nothing, speech.</summary>
    [Fact]
    public void PauseWithADescriptionSoundsAsDescribed()
    {
        using var call = new SpokenCall { Codec = CodecCatalogue.Pcmu };
        short[] speech = SpokenCall.Speech("speech_en_m");
        call.Say(speech.AsSpan(0, 96000));
        call.SendNoise(50);
        int from = call.Heard.Count;
        call.Pause(96000);
        double dBov = 10 * Math.Log10(GapMeasure.Power(call.Heard.Skip(from + 4800).Take(86400).ToArray()) / (32768.0 * 32768));
        call.Say(speech.AsSpan(96000, 48000));
        output.WriteLine($"{dBov:F1} dBov, concealed {call.Statistics.ConcealedSamples}, step {Steps.Largest(call.Heard)}");
        Assert.InRange(dBov, -53, -47);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.Equal(0, call.Statistics.PacketsLost);
        Assert.Equal(0, call.Statistics.PacketsDiscarded);
    }

    /// <summary>The first pause of a sender shows that it makes pauses; the second sounds like its room.</summary>
    [Theory]
    [InlineData("PCMU")]
    [InlineData("G722")]
    public void PauseWithoutADescriptionSoundsLikeTheRoom(string codec)
    {
        using var call = new SpokenCall { Codec = CodecCatalogue.Find(codec)! };
        short[] speech = Noisy(SpokenCall.Speech("speech_de_f"), 60);
        short[] room = Noisy(new short[96000], 60);
        for (int i = 0; i < 2; i++)
        {
            call.Say(speech);
            call.Say(room);
            call.Pause(48000);
        }

        short[] pause = call.Heard.TakeLast(38400).ToArray();
        double worst = double.MaxValue;
        for (int at = 0; at + 480 <= pause.Length; at += 480)
            worst = Math.Min(worst, Math.Sqrt(GapMeasure.Power(pause.AsSpan(at, 480))));
        double level = Math.Sqrt(GapMeasure.Power(pause));
        output.WriteLine($"{codec}: room 60, pause {level:F0}, quietest 10 ms {worst:F0}");
        Assert.InRange(level, 15, 90);
        Assert.True(worst > 5, $"{worst}");
        call.Say(speech);
        Assert.Equal(0, call.Statistics.PacketsLost);
    }

    [Fact]
    public void MinuteOfSilenceEndsWithSpeechAtOnce()
    {
        using var call = new SpokenCall { Codec = CodecCatalogue.Pcmu };
        short[] speech = SpokenCall.Speech("speech_en_librivox");
        call.Say(speech.AsSpan(0, 96000));
        call.Pause(48000 * 60);
        int from = call.Heard.Count;
        call.Say(speech.AsSpan(96000, 48000));
        double spoken = GapMeasure.Power(speech.AsSpan(96000, 48000)), heard = GapMeasure.Power(call.Heard.Skip(from).ToArray());
        Assert.InRange(heard, spoken * 0.7, spoken * 1.3);
        Assert.Equal(0, call.Statistics.PacketsLost);
    }

    private static short[] Noisy(short[] speech, double rms)
    {
        var random = new Random(9);
        double peak = rms * Math.Sqrt(3);
        return [.. speech.Select(s => (short)Math.Clamp(s + (peak * ((2 * random.NextDouble()) - 1)), short.MinValue, short.MaxValue))];
    }
}
