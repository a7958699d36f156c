// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Tests.Codecs;

/// <summary>The codecs of our own, at their own rate and around 48 kHz; Opus has its test beside it.</summary>
public sealed class CodecAllocationTests
{
    [Theory]
    [InlineData("PCMU", false)]
    [InlineData("PCMU", true)]
    [InlineData("PCMA", false)]
    [InlineData("PCMA", true)]
    [InlineData("G722", false)]
    [InlineData("G722", true)]
    public void CodecDoesNotAllocate(string name, bool around48k)
    {
        var codec = CodecCatalogue.Find(name)!;
        using var encoder = around48k ? codec.CreateEncoder48k() : codec.CreateEncoder();
        using var decoder = around48k ? codec.CreateDecoder48k() : codec.CreateDecoder();
        var frame = encoder.SampleRate / 50;
        var (speech, pcm, payload) = (Speech.Read(), new short[frame], new byte[160]);
        SteadyState.AllocatesNothing(50, Frame);
        Assert.Contains(pcm, sample => sample != 0);

        void Frame(int at)
        {
            var length = encoder.Encode(speech.AsSpan(at * frame % (speech.Length - frame), frame), payload);
            decoder.Conceal(pcm);
            decoder.DecodeFec(payload.AsSpan(0, length), pcm);
            if (decoder.PayloadSamples(payload.AsSpan(0, length)) != frame || decoder.Decode(payload.AsSpan(0, length), pcm) != frame)
                throw new InvalidOperationException("not decoded");
        }
    }
}
