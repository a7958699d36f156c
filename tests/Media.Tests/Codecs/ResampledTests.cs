// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Tests.Codecs;

/// <summary>Codecs of 8 and 16 kHz around 48 kHz.</summary>
public sealed class ResampledTests
{
    [Theory]
    [InlineData("PCMU", 100)]
    [InlineData("PCMU", 5)]
    [InlineData("PCMU", 961)]
    [InlineData("PCMU", 7000)]
    [InlineData("G722", 100)]
    [InlineData("G722", 1)]
    [InlineData("G722", 7001)]
    [InlineData("G722", 0)]
    public void WhatIsMissingIsMadeUpToItsLastSample(string name, int samples)
    {
        using var decoder = CodecCatalogue.Find(name)!.CreateDecoder48k();
        var pcm = new short[samples];
        Array.Fill(pcm, (short)12345);
        Assert.Equal(samples, decoder.Conceal(pcm));
        Assert.DoesNotContain((short)12345, pcm);
    }

    [Fact]
    public void SoundFadesOutOverTheEdgeOfAFrame()
    {
        using var encoder = CodecCatalogue.Pcma.CreateEncoder();
        using var decoder = CodecCatalogue.Pcma.CreateDecoder48k();
        var (loud, payload, pcm) = (new short[160], new byte[160], new short[960]);
        Array.Fill(loud, (short)10000);
        encoder.Encode(loud, payload);
        decoder.Decode(payload, pcm);
        var after = new short[200];
        Assert.Equal(200, decoder.Conceal(after));
        // The filter's delay of 3 ms still holds sound.
        Assert.InRange(after[100], 9000, 11000);
        Assert.InRange(after[^1], -1500, 1500);
    }
}
