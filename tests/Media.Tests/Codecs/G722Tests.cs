// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Media.Codecs.G722;

namespace Earshot.Media.Tests.Codecs;

/// <summary>G.722 against the test sequences in tests/vectors/g722: every sum of <c>test.checksum</c> at 64 kbit/s and 16 kHz.</summary>
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

    // What belongs to pcminb.dat is stored big-endian, as that is.
    private static void Swap(byte[] pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm.AsSpan());
        BinaryPrimitives.ReverseEndianness(samples, samples);
    }

    private static byte[] Bytes(string input) =>
        input == "pcminb.g722" ? Encode(File.ReadAllBytes(Vector("pcminb.dat"))) : File.ReadAllBytes(Vector(input));

    private static byte[] Encode(byte[] pcm)
    {
        var samples = MemoryMarshal.Cast<byte, short>(pcm).ToArray(); // the sequence is stored big-endian
        BinaryPrimitives.ReverseEndianness(samples, samples);
        var payload = new byte[samples.Length / 2];
        using var encoder = new G722Encoder();
        Assert.Equal(payload.Length, encoder.Encode(samples, payload));
        return payload;
    }

    private static byte[] Decode(byte[] payload)
    {
        var pcm = new short[payload.Length * 2];
        using var decoder = new G722Decoder();
        Assert.Equal(pcm.Length, decoder.Decode(payload, pcm));
        return MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
    }

    private static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "vectors", "g722", name);
}
