// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Text;
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Devices.WavFile;
using Earshot.Audio.Files;

namespace Earshot.Audio.Tests;

public sealed class WavTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(1, 16, 2)]
    [InlineData(1, 24, 1)]
    [InlineData(1, 32, 2)]
    [InlineData(3, 32, 1)]
    public void KindsAreRead(int tag, int bits, int channels)
    {
        var frame = new byte[bits / 8 * channels];
        for (var c = 0; c < channels; c++)
        {
            var sample = frame.AsSpan(c * bits / 8, bits / 8);
            if (tag == 3)
                BinaryPrimitives.WriteSingleLittleEndian(sample, 0.5f);
            else
                sample[^1] = bits == 8 ? (byte)192 : (byte)0x40;
        }

        File.WriteAllBytes(_path, Wav(tag, bits, channels, 44_100, [.. frame, .. frame]));
        Assert.Equal([16384, 16384], WavReader.ReadAll(_path, out var rate));
        Assert.Equal(44_100, rate);
    }

    [Fact]
    public void WrongKindsGiveOneLine()
    {
        Refused([], "not a WAV");
        Refused("ID3 this is music"u8.ToArray(), "not a WAV");
        Refused(Wav(85, 16, 1, 48_000, [0, 0]), "of a kind");
        Refused(Wav(1, 16, 6, 48_000, new byte[12]), "6 channels");
        Refused(Wav(1, 16, 1, 48_000, [0, 0])[..30], "damaged");
        Refused(Wav(1, 16, 1, 48_000, [])[..36], "no samples");
        var missing = Assert.Throws<AudioDeviceException>(() => WavReader.Open("/nowhere/x.wav"));
        Assert.Contains("no such file", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TruncatedSamplesAreReadAsFarAsTheyGo()
    {
        File.WriteAllBytes(_path, Wav(1, 16, 1, 48_000, [1, 0, 2, 0, 3, 0])[..^3]);
        Assert.Equal([1], WavReader.ReadAll(_path, out _));
    }

    [Fact]
    public void EmptyFileEndsAtOnceEvenLooped()
    {
        File.WriteAllBytes(_path, Wav(1, 16, 1, 48_000, []));
        using var filler = new WavFiller(WavReader.Open(_path), loop: true);
        var block = new short[480];
        filler.Fill(block);
        Assert.True(filler.HasEnded);
    }

    [Fact]
    public void OtherRatesKeepTheirPitchAndLength()
    {
        var tone = new byte[2 * 44_100];
        for (var i = 0; i < 44_100; i++)
            BinaryPrimitives.WriteInt16LittleEndian(tone.AsSpan(2 * i), (short)(10_000 * Math.Sin(2 * Math.PI * 1000 * i / 44_100)));
        File.WriteAllBytes(_path, Wav(1, 16, 1, 44_100, tone));
        using var filler = new WavFiller(WavReader.Open(_path), loop: false);
        var heard = new short[48_000];
        filler.Fill(heard);
        var (inPhase, quadrature, energy) = (0.0, 0.0, 0.0);
        for (var i = 4_800; i < 43_200; i++)
        {
            inPhase += heard[i] * Math.Sin(2 * Math.PI * 1000 * i / 48_000);
            quadrature += heard[i] * Math.Cos(2 * Math.PI * 1000 * i / 48_000);
            energy += (double)heard[i] * heard[i];
        }

        var purity = 2 * ((inPhase * inPhase) + (quadrature * quadrature)) / 38_400 / energy;
        Assert.InRange(purity, 0.9999, 1.0001);
        Assert.InRange(Math.Sqrt(energy / 38_400), 10_000 / Math.Sqrt(2) * 0.99, 10_000 / Math.Sqrt(2) * 1.01);
    }

    [Fact]
    public void FileIsValidAfterEveryBlockAndAnAppendCutShort()
    {
        using var writer = WavWriter.Create(_path);
        for (var blocks = 1; blocks < 5; blocks++)
        {
            writer.Append(new short[480]);
            Assert.Equal(480 * blocks, WavReader.ReadAll(_path, out _).Length); // what a reader sees while it is still open
        }

        var killed = _path + ".killed"; // between the append and the update of the sizes
        File.WriteAllBytes(killed, [.. File.ReadAllBytes(_path), 1, 2, 3]);
        Assert.Equal(480 * 4, WavReader.ReadAll(killed, out _).Length);
        File.Delete(killed);
    }

    [Fact]
    public void AFileWaitsAtItsBeginningWhileNobodyCallsAndKeepsNothing()
    {
        var data = new byte[4 * 960];
        for (var i = 0; i < data.Length / 2; i++) BitConverter.TryWriteBytes(data.AsSpan(2 * i), (short)(1 + (i / 480)));
        File.WriteAllBytes(_path, Wav(1, 16, 1, 48_000, data));
        var output = _path + ".out";
        var heard = new Listener();
        var format = new AudioStreamFormat(48_000, 1, 480, null, null);
        using (var source = new ClockedCapture("in", format, new WavFiller(WavReader.Open(_path), loop: false), heard))
        using (var sink = new ClockedPlayback("out", format, new Nobody(), WavWriter.Create(output)))
        {
            foreach (var wanted in (bool[])[false, false, true, true, false, true])
            {
                source.IsWanted = sink.IsWanted = wanted;
                source.Tick(0);
                sink.Tick(0);
            }
        }

        Assert.Equal([0, 0, 1, 2, 0, 1], heard.First);
        Assert.Equal(480 * 3, WavReader.ReadAll(output, out _).Length);
        File.Delete(output);
    }

    [Fact]
    public void ABlockWhosePlaybackThrowsIsKeptAsSilence()
    {
        var output = _path + ".out";
        using (var sink = new ClockedPlayback("out", new AudioStreamFormat(48_000, 1, 480, null, null), new Broken(), WavWriter.Create(output)))
        {
            sink.Tick(0);
            Assert.Equal(1, sink.Defects.Count);
        }

        Assert.All(WavReader.ReadAll(output, out _), sample => Assert.Equal(0, sample));
        File.Delete(output);
    }

    [Fact]
    public void AFileOfAnotherRateBeginsEachTimeAlike()
    {
        var noise = new byte[2 * 4410];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(_path, Wav(1, 16, 1, 44_100, noise));
        using var filler = new WavFiller(WavReader.Open(_path), loop: false);
        var (first, again) = (new short[4000], new short[4000]);
        filler.Fill(first);
        filler.Rewind();
        filler.Fill(again);
        Assert.Equal(first, again);
    }

    [Fact]
    public void AFileGoesBackToItsBeginningAlsoWhenTheCallEndedWithinABlock()
    {
        using var filler = new RewindCounter();
        using var source = new ClockedCapture("in", new AudioStreamFormat(48_000, 1, 480, null, null), filler, new Nobody());
        filler.Filling = () => source.IsWanted = false;
        source.Tick(0);
        source.Tick(0);
        Assert.Equal(1, filler.Rewinds);
    }

    [Fact]
    public void FileAndNullEndsDoesNotAllocate()
    {
        File.WriteAllBytes(_path, Wav(1, 16, 2, 44_100, new byte[176_400]));
        var output = _path + ".out";
        var format = new AudioStreamFormat(48_000, 1, 480, null, null);
        using var source = new ClockedCapture("in", format, new WavFiller(WavReader.Open(_path), loop: true), new Nobody());
        using var sink = new ClockedPlayback("out", format, new Nobody(), WavWriter.Create(output));
        SteadyState.AllocatesNothing(500, Pass);
        File.Delete(output);

        void Pass()
        {
            source.Tick(0);
            sink.Tick(0);
        }
    }

    private static byte[] Wav(int tag, int bits, int channels, int rate, byte[] data)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.ASCII);
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)tag);
        writer.Write((short)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((short)(channels * bits / 8));
        writer.Write((short)bits);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        writer.Flush();
        return stream.ToArray();
    }

    private void Refused(byte[] file, string why)
    {
        File.WriteAllBytes(_path, file);
        var refusal = Assert.Throws<AudioDeviceException>(() => WavReader.Open(_path));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    private sealed class Listener : ICaptureSink
    {
        public List<int> First { get; } = [];

        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt) => First.Add(block[0]);
    }

    private sealed class RewindCounter : IBlockFiller
    {
        public Action? Filling { get; set; }

        public int Rewinds { get; private set; }

        public bool HasEnded => false;

        public void Fill(Span<short> block) => Filling?.Invoke();

        public void Rewind() => Rewinds++;

        public void Dispose()
        {
        }
    }

    private sealed class Broken : IPlaybackSource
    {
        public void OnPlayback(Span<short> block, long playsAt)
        {
            block.Fill(7);
            throw new InvalidOperationException("a defect");
        }
    }

    private sealed class Nobody : ICaptureSink, IPlaybackSource
    {
        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
        {
        }

        public void OnPlayback(Span<short> block, long playsAt) => block.Clear();
    }
}
