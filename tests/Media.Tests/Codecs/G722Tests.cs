// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Media.Codecs.G722;

namespace Earshot.Media.Tests.Codecs;

/// <summary>G.722 against the test sequences in tests/vectors/g722, and against a transcription of the recommendation's blocks.</summary>
public sealed class G722Tests
{
    [Theory]
    [InlineData("test.g722", "test.raw.16k.out")]
    [InlineData("pcminb.dat", "pcminb.g722.out")]
    [InlineData("pcminb.g722", "pcminb.raw.16k.out")]
    [InlineData("fullscale.g722", "fullscale.raw.out")]
    public void IsBitExact(string input, string output)
    {
        var sums = File.ReadAllLines(Vector("test.checksum")).Select(l => l.Split(" *")).ToDictionary(l => l[1].Trim(), l => l[0]);
        var made = output.EndsWith("g722.out", StringComparison.Ordinal) ? Encode(File.ReadAllBytes(Vector(input))) : Decode(Bytes(input));
        if (input.StartsWith("pcminb", StringComparison.Ordinal) && output.Contains("raw", StringComparison.Ordinal)) Swap(made);
        Assert.Equal(sums[output], Convert.ToHexStringLower(SHA256.HashData(made)));
    }

    // pcminb.checksum: mode and rate, octets, MD5 of the codes, MD5 of what is decoded from them. At 8 kHz there is the lower band alone.
    [Theory]
    [InlineData(6, "64000_16000")]
    [InlineData(5, "56000_16000")]
    [InlineData(4, "48000_16000")]
    [InlineData(6, "64000_8000")]
    [InlineData(5, "56000_8000")]
    [InlineData(4, "48000_8000")]
    public void EveryModeIsBitExact(int lowBandBits, string mode)
    {
        var line = File.ReadAllLines(Vector("pcminb.checksum")).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(l => l[0] == mode);
        var narrow = mode.EndsWith("_8000", StringComparison.Ordinal);
        var pcm = File.ReadAllBytes(Vector("pcminb.dat"));
        // These sums take the big-endian file for what it is on a little-endian machine: noise of full scale.
        var codes = narrow ? EncodeLowBand(pcm) : EncodeNative(pcm);
        var shift = 6 - lowBandBits;
        Assert.Equal(line[1], $"{codes.Length}");
        Assert.Equal(line[2], Md5([.. codes.Select(c => (byte)(c >> shift))]));

        // What was shifted out does not come back.
        byte[] cut = [.. codes.Select(c => (byte)(c >> shift << shift))];
        var made = narrow ? DecodeLowBand(cut, lowBandBits) : Decode(cut, lowBandBits);
        Assert.Equal(line[3], Md5(made));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NoiseAtEveryLevelIsCodedAsTheRecommendationSays(int seed)
    {
        var random = new Random(seed);
        var reference = new ReferenceG722();
        using var encoder = new G722Encoder();
        for (var round = 0; round < 60; round++)
        {
            // Odd lengths of frames, levels from silence to a square wave of full scale.
            var pcm = new short[2 * random.Next(1, 700)];
            var level = round % 5 == 0 ? 0 : 1 << random.Next(1, 16);
            var sticky = random.Next(1, 40);
            for (var i = 0; i < pcm.Length; i++)
                pcm[i] = i % sticky == 0 || i == 0 ? (short)Math.Clamp(random.Next(-level, level + 1) * 2, short.MinValue, short.MaxValue) : pcm[i - 1];
            var payload = new byte[pcm.Length / 2];
            Assert.Equal(payload.Length, encoder.Encode(pcm, payload));
            Assert.Equal(reference.Encode(pcm), payload);
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(5)]
    [InlineData(4)]
    public void RubbishIsDecodedAsTheRecommendationSays(int lowBandBits)
    {
        var random = new Random(lowBandBits);
        var reference = new ReferenceG722(lowBandBits);
        using var decoder = new G722Decoder(lowBandBits);
        for (var round = 0; round < 200; round++)
        {
            var payload = new byte[random.Next(1, 700)];
            random.NextBytes(payload);
            // The same few codes for long drive predictor and scale to their ends.
            if (round % 2 == 0)
            {
                for (var i = 0; i < payload.Length; i++)
                    payload[i] = payload[i % (1 + (round % 5))];
            }

            var pcm = new short[payload.Length * 2];
            Assert.Equal(pcm.Length, decoder.Decode(payload, pcm));
            Assert.Equal(reference.Decode(payload), pcm);
        }
    }

    [Fact]
    public void AfterAResetNothingIsLeftOfTheStreamBefore()
    {
        var payload = File.ReadAllBytes(Vector("test.g722"))[..4000];
        var (first, second) = (new short[8000], new short[8000]);
        using var decoder = new G722Decoder();
        decoder.Decode(payload, first);
        decoder.Reset();
        decoder.Decode(payload, second);
        Assert.Equal(first, second);
    }

    private static byte[] EncodeLowBand(byte[] pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm).ToArray();
        using var encoder = new G722Encoder();
        return [.. samples.Select(s => (byte)(0xC0 | encoder.EncodeLow(s >> 1)))];
    }

    private static byte[] DecodeLowBand(byte[] codes, int lowBandBits)
    {
        using var decoder = new G722Decoder(lowBandBits);
        short[] pcm = [.. codes.Select(c => (short)(decoder.DecodeLow(c) << 1))];
        return MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
    }

    // Of no security here: it is how the sums were published.
    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    // What belongs to pcminb.dat is stored big-endian, as that is.
    private static void Swap(byte[] pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm.AsSpan());
        BinaryPrimitives.ReverseEndianness(samples, samples);
    }

    private static byte[] Bytes(string input) =>
        input == "pcminb.g722" ? Encode(File.ReadAllBytes(Vector("pcminb.dat"))) : File.ReadAllBytes(Vector(input));

    // The sequence is stored big-endian.
    private static byte[] Encode(byte[] pcm)
    {
        var swapped = pcm.ToArray();
        Swap(swapped);
        return EncodeNative(swapped);
    }

    private static byte[] EncodeNative(byte[] pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm);
        var payload = new byte[samples.Length / 2];
        using var encoder = new G722Encoder();
        Assert.Equal(payload.Length, encoder.Encode(samples, payload));
        return payload;
    }

    private static byte[] Decode(byte[] payload, int lowBandBits = 6)
    {
        var pcm = new short[payload.Length * 2];
        using var decoder = new G722Decoder(lowBandBits);
        Assert.Equal(pcm.Length, decoder.Decode(payload, pcm));
        return MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
    }

    private static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "vectors", "g722", name);
}
