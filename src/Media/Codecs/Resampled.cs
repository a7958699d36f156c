// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Media.Codecs;

/// <summary>Lets a codec of 8 or 16 kHz take 48 kHz, so that the send path knows one rate only.</summary>
/// <remarks>Thread: one media worker at a time. Real-time. Delay: 3 ms around 8 kHz, 1.5 ms around 16 kHz.</remarks>
internal sealed class ResampledEncoder : IAudioEncoder
{
    private readonly IAudioEncoder _inner;
    private readonly Resampler _down;
    private readonly short[] _low;
    private readonly int _ratio;

    public ResampledEncoder(IAudioEncoder inner)
    {
        _inner = inner;
        _ratio = 48000 / inner.SampleRate;
        _down = new Resampler(48000, inner.SampleRate);
        _low = new short[5760 / _ratio];
    }

    /// <inheritdoc/>
    public int SampleRate => 48000;

    /// <inheritdoc/>
    public int RtpClockRate => _inner.RtpClockRate;

    /// <summary>The codec itself.</summary>
    public IAudioEncoder Inner => _inner;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (pcm.Length % _ratio != 0 || pcm.Length > 5760) return -1;
        var made = _down.Convert(pcm, _low);
        return _inner.Encode(_low.AsSpan(0, made), payload);
    }

    public void Dispose() => _inner.Dispose();
}

/// <summary>Lets a codec of 8 or 16 kHz give 48 kHz, so that the playout knows one rate only.</summary>
/// <remarks>Thread: playback. Real-time. Delay: 3 ms around 8 kHz, 1.5 ms around 16 kHz.</remarks>
internal sealed class ResampledDecoder : IAudioDecoder
{
    private readonly IAudioDecoder _inner;
    private readonly Resampler _up;
    private readonly short[] _low;
    private readonly int _ratio;

    public ResampledDecoder(IAudioDecoder inner)
    {
        _inner = inner;
        _ratio = 48000 / inner.SampleRate;
        _up = new Resampler(inner.SampleRate, 48000);
        _low = new short[5760 / _ratio];
    }

    /// <inheritdoc/>
    public int SampleRate => 48000;

    /// <inheritdoc/>
    public int RtpClockRate => _inner.RtpClockRate;

    /// <inheritdoc/>
    public bool HasConcealment => _inner.HasConcealment;

    /// <inheritdoc/>
    public int PayloadSamples(ReadOnlySpan<byte> payload)
    {
        var samples = _inner.PayloadSamples(payload);
        return samples is > 0 && samples <= _low.Length ? samples * _ratio : -1;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        var samples = _inner.Decode(payload, _low);
        return samples < 0 ? -1 : Raise(samples, pcm);
    }

    /// <inheritdoc/>
    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm)
    {
        var samples = _inner.DecodeFec(nextPayload, _low.AsSpan(0, Math.Min(_low.Length, pcm.Length / _ratio)));
        return samples <= 0 ? 0 : Raise(samples, pcm);
    }

    /// <inheritdoc/>
    public int Conceal(Span<short> pcm)
    {
        int made = 0;
        while (pcm.Length - made >= _ratio)
        {
            var low = _low.AsSpan(0, Math.Min(_low.Length, (pcm.Length - made) / _ratio));
            _inner.Conceal(low);
            made += _up.Convert(low, pcm[made..]);
        }

        if (made < pcm.Length)
            ConcealPart(pcm[made..]);
        return pcm.Length;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _inner.Reset();
        _up.Reset();
    }

    public void Dispose() => _inner.Dispose();

    // Less than one sample of the codec's: one is made, and cut.
    private void ConcealPart(Span<short> pcm)
    {
        Span<short> whole = stackalloc short[_ratio];
        _inner.Conceal(_low.AsSpan(0, 1));
        _up.Convert(_low.AsSpan(0, 1), whole);
        whole[..pcm.Length].CopyTo(pcm);
    }

    private int Raise(int samples, Span<short> pcm)
    {
        return pcm.Length < samples * _ratio ? -1 : _up.Convert(_low.AsSpan(0, samples), pcm);
    }
}
