// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;
using Earshot.Media.Codecs;

namespace Earshot.Media.Playout;

/// <summary>Comfort noise as a sender describes it (RFC 3389): a level and the reflection coefficients of its spectrum.</summary>
/// <remarks>
/// <code>
///   0                   1
///   |0|  level, −dBov   | (N₁ − 127) / 128 = k₁ | k₂ | …      at most twelve of them are used
/// </code>
/// Goes on for as long as nothing else comes. Thread: playback. Real-time after construction: no allocation.
/// </remarks>
internal sealed class ComfortNoise : IAudioDecoder
{
    /// <summary>RFC 3551's payload type for a clock of 8 kHz.</summary>
    public const byte PayloadType = 13;

    private const int Orders = 12;
    private const int Block = 20;
    private readonly Resampler _up = new(8000, 48000);
    private readonly float[] _a = new float[Orders];
    private readonly float[] _memory = new float[Orders];
    private readonly short[] _low = new short[Block];
    private float _gain;
    private uint _random = 1;

    /// <inheritdoc/>
    public int SampleRate => 48000;

    /// <inheritdoc/>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public bool HasConcealment => true;

    /// <inheritdoc/>
    public int PayloadSamples(ReadOnlySpan<byte> payload) => payload.IsEmpty ? -1 : 960;

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.IsEmpty || pcm.Length < 960)
            return -1;
        Learn(payload);
        return Conceal(pcm[..960]);
    }

    /// <inheritdoc/>
    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

    /// <inheritdoc/>
    public int Conceal(Span<short> pcm)
    {
        Span<short> high = stackalloc short[Block * 6];
        for (int at = 0; at < pcm.Length; at += Block * 6)
        {
            int length = Math.Min(Block * 6, pcm.Length - at);
            Span<short> low = _low.AsSpan(0, (length + 5) / 6);
            foreach (ref short sample in low)
                sample = Next();
            _up.Convert(low, high);
            high[..length].CopyTo(pcm[at..]);
        }

        return pcm.Length;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        Array.Clear(_memory);
        _up.Reset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>From reflection coefficients to the filter's (step-up recursion); each below 1, so that it is stable.</summary>
    private void Learn(ReadOnlySpan<byte> payload)
    {
        Array.Clear(_a);
        Span<float> before = stackalloc float[Orders];
        float power = 1;
        int orders = Math.Min(payload.Length - 1, Orders);
        for (int m = 0; m < orders; m++)
        {
            float k = Math.Clamp((payload[m + 1] - 127) / 128f, -0.98f, 0.98f);
            _a.CopyTo(before);
            for (int i = 0; i < m; i++)
                _a[i] = before[i] + (k * before[m - 1 - i]);
            _a[m] = k;
            power *= 1 - (k * k);
        }

        float level = 32768 * MathF.Pow(10, -(payload[0] & 127) / 20f);
        _gain = level * MathF.Sqrt(3 * power); // uniform noise of range ±1 has a third of the power of its peak
    }

    private short Next()
    {
        _random = unchecked((_random * 1664525) + 1013904223);
        float value = _gain * ((int)_random / 2147483648f);
        for (int i = 0; i < Orders; i++)
            value -= _a[i] * _memory[i];
        value = Math.Clamp(value, short.MinValue, short.MaxValue);
        _memory.AsSpan(0, Orders - 1).CopyTo(_memory.AsSpan(1));
        _memory[0] = value;
        return (short)value;
    }
}
