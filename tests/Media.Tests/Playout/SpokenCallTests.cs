// SPDX-License-Identifier: MIT
using Earshot.Audio.Measurement;
using Earshot.Media.Codecs;
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

[Collection(Computing.Name)]
public class SpokenCallTests(ITestOutputHelper output)
{
    private static readonly string[] Voices = ["speech_en_m", "speech_de_f", "speech_en_librivox"];

    private (double Correlation, double Gaps) Tell(SpokenCall call, string what)
    {
        SpeechMatch match = call.Match();
        double gaps = call.Gaps(match);
        PlayoutSnapshot s = call.Statistics;
        output.WriteLine($"{what}: correlation {match.Correlation:F3}, heard {match.HeardWindows:P0}, gaps {gaps:P2}, lost {s.PacketsLost}, fec {s.FecPacketsUsed}, " +
            $"concealed {s.ConcealedSamples} in {s.ConcealmentEvents}, discarded {s.PacketsDiscarded}");
        return (match.Correlation, gaps);
    }

    /// <summary>An onset that is lost before playout waits for the far side of gaps stays as quiet as what was before it, and counts as a gap.
    /// Without loss the delay goes down to the packets' phase meanwhile, and this measure knows but one delay: there nothing made up is what counts.</summary>
    [Theory]
    [InlineData("opus", false, 0.80, 0.75, 0.006)]
    [InlineData("opus", true, 0.80, 0.75, 0.005)]
    [InlineData("G722", false, 0.98, 0.85, 0.0025)]
    [InlineData("PCMU", false, 0.98, 0.85, 0.0025)]
    public void TenPercentLossLeavesSpeechWithoutGaps(string codec, bool fec, double clean, double lossy, double mostGaps)
    {
        foreach (string voice in Voices)
        {
            foreach (double loss in (double[])[0, 0.1])
            {
                using var call = new SpokenCall(new OpusEncoderSettings { InbandFec = fec, PacketLossPercent = fec ? 10 : 0 })
                {
                    Codec = CodecCatalogue.Find(codec)!,
                    Loss = loss,
                    JitterMs = fec ? 30 : 0,
                };
                call.Say(SpokenCall.Speech(voice, 2));
                var (correlation, gaps) = Tell(call, $"{codec}{(fec ? " with FEC" : "")}, {voice}, loss {loss:P0}");
                Assert.True(correlation >= (loss == 0 ? clean : lossy), $"{voice}, {loss}: {correlation}");
                Assert.True((loss == 0 && !fec) || gaps <= mostGaps, $"{voice}, {loss}: {gaps}");
                Assert.True(loss > 0 || fec || call.Statistics.ConcealedSamples == 0, voice);
                if (fec && loss > 0)
                    Assert.True(call.Statistics.FecPacketsUsed > call.Statistics.PacketsLost / 4);
            }
        }
    }

    [Fact]
    public void PausesOfADiscontinuousSenderAreNoLoss()
    {
        using var call = new SpokenCall(new OpusEncoderSettings { Dtx = true });
        short[] speech = SpokenCall.Speech("speech_en_m");
        short[] hush = new short[48000 * 4];
        for (int round = 0; round < 3; round++)
        {
            call.Say(speech);
            call.Say(hush);
        }

        call.Say(speech);
        Tell(call, $"DTX, {call.Skipped} frames not sent");
        Assert.True(call.Skipped > 300);
        Assert.Equal(0, call.Statistics.PacketsLost);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.Equal(0, call.Statistics.ConcealmentEvents);
    }

    [Theory]
    [InlineData("PCMU")]
    [InlineData("G722")]
    public void CodecChangesWithoutAClick(string to)
    {
        using var call = new SpokenCall();
        short[] tone = new short[96000];
        for (int i = 0; i < tone.Length; i++)
            tone[i] = (short)(8000 * Math.Sin(2 * Math.PI * 200 * i / 48000));
        for (int round = 0; round < 4; round++)
        {
            call.Codec = round % 2 == 0 ? CodecCatalogue.Opus : CodecCatalogue.Find(to)!;
            call.Say(tone);
        }

        int step = LargestStep(call.Heard.Skip(24000));
        output.WriteLine($"opus ↔ {to}: step {step}, concealed {call.Statistics.ConcealedSamples}");
        Assert.True(step < 700, $"{step}");
        Assert.Equal(0, call.Statistics.ConcealedSamples);
    }

    [Fact]
    public void SpeechGoesOnThroughACodecChange()
    {
        using var call = new SpokenCall();
        foreach (string voice in Voices)
        {
            call.Say(SpokenCall.Speech(voice));
            call.Codec = call.Codec == CodecCatalogue.Opus ? CodecCatalogue.Pcmu : CodecCatalogue.Opus;
        }

        // The delay goes down to the phase of the packets meanwhile, and the measure knows but one delay.
        var (correlation, gaps) = Tell(call, "opus, PCMU, opus");
        Assert.True(correlation > 0.85, $"{correlation}");
        Assert.True(gaps <= 0.01, $"{gaps}");
    }

    [Fact]
    public void PacketsOfOneByteAreAPause()
    {
        using var call = new SpokenCall();
        call.Say(SpokenCall.Speech("speech_de_f"));
        for (int i = 0; i < 100; i++)
            call.SendRaw([0x08], 960); // SILK, narrowband, 20 ms
        Tell(call, "one byte");
        Assert.Equal(0, call.Statistics.PacketsDiscarded);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
    }

    [Fact]
    public void PacketsOf120MsPlayOn()
    {
        using var call = new SpokenCall();
        byte[] payload = new byte[1500];
        using var encoder = new OpusEncoder(new OpusEncoderSettings { Vbr = false });
        short[] speech = SpokenCall.Speech("speech_en_m", 2);
        for (int at = 0; at + 5760 <= speech.Length; at += 5760)
        {
            int length = SixFrames(encoder, speech.AsSpan(at, 5760), payload);
            call.Sent.AddRange(speech[at..(at + 5760)]);
            call.SendRaw(payload.AsSpan(0, length), 5760);
        }

        var (correlation, gaps) = Tell(call, "120 ms");
        Assert.True(correlation > 0.85, $"{correlation}");
        Assert.Equal(0, call.Statistics.PacketsDiscarded);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.True(gaps <= 0.01, $"{gaps}"); // the delay goes down meanwhile
    }

    [Theory]
    [InlineData("opus")]
    [InlineData("G722")]
    [InlineData("PCMU")]
    public void AStreamThatEndsFadesQuietly(string codec)
    {
        using var call = new SpokenCall { Codec = CodecCatalogue.Find(codec)! };
        short[] speech = SpokenCall.Speech("speech_en_m");
        int end = Loudest(speech);
        call.Say(speech.AsSpan(0, end / 960 * 960));
        int before = call.Heard.Count;
        call.Hear(48000);
        short[] after = call.Heard.Skip(before).ToArray();
        double spoken = GapMeasure.Power(call.Heard.Skip(before - 960).Take(960).ToArray());
        int step = LargestStep(after);
        output.WriteLine($"{codec}: spoken {Math.Sqrt(spoken):F0}, after 100 ms {Math.Sqrt(GapMeasure.Power(after.AsSpan(4800, 480))):F0}, after 200 ms {Math.Sqrt(GapMeasure.Power(after.AsSpan(9600, 480))):F0}, step {step} (speech {LargestStep(speech)})");
        Assert.True(GapMeasure.Power(after.AsSpan(0, 2400)) < 4 * spoken);
        Assert.Equal(0, GapMeasure.Power(after.AsSpan(10080)));
        Assert.True(step <= LargestStep(speech));
    }

    /// <summary>Six frames of 20 ms in one packet of code 3, constant bitrate (RFC 6716 §3.2.5).</summary>
    private static int SixFrames(OpusEncoder encoder, ReadOnlySpan<short> speech, Span<byte> packet)
    {
        Span<byte> frame = stackalloc byte[300];
        int at = 2;
        for (int i = 0; i < 6; i++)
        {
            int length = encoder.Encode(speech.Slice(i * 960, 960), frame);
            packet[0] = (byte)(frame[0] | 3);
            packet[1] = 6;
            frame[1..length].CopyTo(packet[at..]);
            at += length - 1;
        }

        return at;
    }

    private static int Loudest(short[] speech)
    {
        int best = 960;
        for (int at = 960; at + 960 <= speech.Length; at += 960)
            best = GapMeasure.Power(speech.AsSpan(at, 960)) > GapMeasure.Power(speech.AsSpan(best, 960)) ? at : best;
        return best + 960;
    }

    private static int LargestStep(IEnumerable<short> samples)
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
