// SPDX-License-Identifier: MIT
using Earshot.Lab.Scoring;
using Earshot.Media.Codecs;
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Tests.Playout;

namespace Earshot.Lab.Tests.Playout;

/// <summary>What is understood at 10 % random loss (ESTOI): the playout beside the bare codec with its own concealment, the same packets lost.
/// Three voices, two seeds; the lab's standard grid takes five and whole calls.</summary>
public class ConcealmentScoreTests(ITestOutputHelper output)
{
    private const double Loss = 0.1;
    private const int Seeds = 2;

    /// <summary>The bare codec has no delay that changes: where the playout makes room for repair once, the alignment of the score gives and takes so much.</summary>
    private const double Same = 0.002;

    /// <summary>Of a single call of a few seconds, in which that weighs most.</summary>
    private const double Least = 0.01;

    private static readonly string[] Voices = ["speech_en_m", "speech_de_f", "speech_en_librivox"];

    [Theory]
    [InlineData("opus", false)]
    [InlineData("opus", true)]
    [InlineData("G722", false)]
    [InlineData("PCMU", false)]
    public void PlayoutIsUnderstoodNoWorseThanTheBareCodec(string codec, bool fec)
    {
        var ours = new List<double>();
        var bare = new List<double>();
        foreach (string voice in Voices)
        {
            for (int seed = 1; seed <= Seeds; seed++)
            {
                short[] speech = SpokenCall.Speech(voice);
                var settings = new OpusEncoderSettings { InbandFec = fec, PacketLossPercent = fec ? 10 : 0 };
                using var call = new SpokenCall(settings, seed) { Codec = CodecCatalogue.Find(codec)!, Loss = Loss };
                call.Say(speech);
                ours.Add(SpeechScore.Of(call.Sent.ToArray(), call.Heard.ToArray()).Estoi);
                bare.Add(SpeechScore.Of(speech, Bare(CodecCatalogue.Find(codec)!, settings, seed, speech)).Estoi);
            }
        }

        double[] gain = [.. ours.Zip(bare, (o, b) => o - b).Order()];
        ours.Sort();
        bare.Sort();
        output.WriteLine($"{codec}{(fec ? " with FEC" : "")}: ESTOI median {ours[3]:F3}, worst {ours[0]:F3}; bare codec {bare[3]:F3}, {bare[0]:F3}; gain median {gain[3]:F3}, least {gain[0]:F3}");
        Assert.True(ours[3] >= bare[3] - Same, $"{ours[3]} {bare[3]}");
        Assert.True(gain[0] >= -Least, $"{gain[0]}");
    }

    /// <summary>No jitter, no playout: each packet decoded in its turn, each lost one left to the codec.</summary>
    private static short[] Bare(AudioCodec codec, OpusEncoderSettings settings, int seed, short[] speech)
    {
        using IAudioEncoder encoder = codec.CreateEncoder48k(settings);
        using IAudioDecoder decoder = codec.CreateDecoder48k();
        var random = new Random(seed);
        short[] heard = new short[speech.Length / 960 * 960];
        byte[] payload = new byte[1500];
        for (int at = 0; at + 960 <= speech.Length; at += 960)
        {
            int length = encoder.Encode(speech.AsSpan(at, 960), payload);
            if (random.NextDouble() < Loss)
            {
                decoder.Conceal(heard.AsSpan(at, 960));
                continue;
            }

            random.NextDouble(); // the jitter that a SpokenCall draws
            decoder.Decode(payload.AsSpan(0, length), heard.AsSpan(at, 960));
        }

        return heard;
    }
}
