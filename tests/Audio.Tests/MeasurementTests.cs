// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Files;
using Earshot.Audio.Measurement;

namespace Earshot.Audio.Tests;

public class MeasurementTests
{
    [Fact]
    public void ChirpIsFoundToTheSampleInNoise()
    {
        var noise = new Random(1);
        var recording = new short[20_000];
        foreach (ref var sample in recording.AsSpan())
            sample = (short)noise.Next(-3000, 3000);
        for (var i = 0; i < Chirp.Length; i++)
            recording[7_321 + i] += (short)(Chirp.Samples[i] / 4);
        var found = Chirp.Find(recording);
        Assert.Equal(7_321, found.Offset);
        Assert.True(found.Confidence > 2);
    }

    [Fact]
    public void SpeechIsRecognisedShiftedAndOtherSoundIsNot()
    {
        var random = new Random(2);
        var sent = Babble(random, 144_000);
        var heard = new short[180_000];
        for (var i = 0; i < sent.Length; i++)
            heard[i + 9_600] = (short)((sent[i] / 2) + random.Next(-200, 200));
        var match = SpeechCorrelation.Compare(sent, heard);
        Assert.InRange(match.LagMs, 199, 201);
        Assert.True(match.Correlation > 0.9);
        Assert.Equal(1, match.HeardWindows);
        Assert.True(SpeechCorrelation.Compare(sent, Babble(random, 180_000)).Correlation < 0.5);
    }

    [Fact]
    public void SpeechIsFoundInARecordingOfAMachineThatStoppedNowAndThenAndOtherSoundIsNot()
    {
        var random = new Random(3);
        var sent = Babble(random, 240_000);
        var heard = new List<short>(new short[9_600]);
        for (var at = 0; at < sent.Length; at += 48_000)
        {
            // In every second the first 700 ms come, then 200 ms of something else stand where 300 were.
            heard.AddRange(sent.AsSpan(at, 33_600));
            heard.AddRange(Babble(random, 9_600));
        }

        Assert.InRange(SpeechCorrelation.PartFound(sent, heard.ToArray()), 0.45, 0.8);
        Assert.Equal(1, SpeechCorrelation.PartFound(sent, sent));
        Assert.Equal(0, SpeechCorrelation.PartFound(sent, Babble(random, 240_000)));
        Assert.Equal(0, SpeechCorrelation.PartFound(sent, new short[240_000]));
        Assert.InRange(SpeechCorrelation.PartFound(sent, sent.AsSpan(0, 24_000)), 0.05, 0.15);
    }

    [Fact]
    public void ClippingAndNoiseFloorAreTold()
    {
        var samples = new short[9_600];
        samples.AsSpan(0, 5).Fill(short.MaxValue);
        var level = LevelAnalysis.Of(samples);
        Assert.Equal(5, level.ClippedSamples);
        Assert.Equal(-100, level.NoiseFloorDbfs);
        Assert.InRange(level.PeakDbfs, -0.1, 0);
    }

    [Fact]
    public void RecorderLaysBothSidesByTime()
    {
        var left = new List<short>();
        var right = new List<short>();
        var timeline = new StereoTimeline(stereo =>
        {
            for (var i = 0; i < stereo.Length; i += 2)
                (_, _) = (Add(left, stereo[i]), Add(right, stereo[i + 1]));
        });
        var block = new short[480];
        for (var i = 0; i < 10; i++)
        {
            block.AsSpan().Fill((short)(i + 1));
            timeline.Place(0, block, i * 10_000_000L);
            if (i is < 3 or > 7)
                timeline.Place(1, block, i * 10_000_000L);
            timeline.Flush();
        }

        timeline.Finish();
        Assert.Equal(4_800, left.Count);
        Assert.Equal((3, 0, 9, 9), (right[1_439], right[1_440], right[3_840], left[3_840]));

        static bool Add(List<short> to, short sample)
        {
            to.Add(sample);
            return true;
        }
    }

    [Theory]
    [InlineData("device", "portaudio", null)]
    [InlineData("device:A_mic", "portaudio", "A_mic")]
    [InlineData("file:a b.wav", "file", "a b.wav")]
    [InlineData("file+loop:x.wav", "file+loop", "x.wav")]
    [InlineData("tone:440", "null", "tone:440")]
    [InlineData("silence", "null", "silence")]
    public void SourcesAreRead(string text, string backend, string? device)
    {
        var end = AudioEnds.ParseSource(text, out _);
        Assert.Equal((backend, device), (end!.Backend.Name, end.Device));
    }

    [Theory]
    [InlineData("tone:0")]
    [InlineData("tone:x")]
    [InlineData("file:")]
    [InlineData("device:")]
    [InlineData("null")]
    [InlineData("")]
    public void WrongSourcesGiveOneLine(string text)
    {
        Assert.Null(AudioEnds.ParseSource(text, out var error));
        Assert.Contains("write device", error, StringComparison.Ordinal);
    }

    private static short[] Babble(Random random, int length)
    {
        var samples = new short[length];
        var (low, slow) = (0.0, 0.0);
        foreach (ref var sample in samples.AsSpan())
        {
            low += 0.15 * (random.NextDouble() - 0.5 - low);
            slow += 0.05 * (low - slow);
            sample = (short)(60_000 * (low - slow));
        }

        return samples;
    }
}
