// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>What counts as a pause: far below the loudest of the last seconds, as the room behind a voice is, and the closure before a plosive.</summary>
/// <remarks>There any lag is as good as another, and nobody hears time go. Thread: playback. Real-time: no allocation.</remarks>
internal sealed class Pauses
{
    /// <summary>Mean square of near silence, about −56 dBFS: a pause whatever was before.</summary>
    private const float Silence = 50 * 50;

    /// <summary>25 dB below the voice.</summary>
    private const float Below = 3e-3f;

    /// <summary>How much of the loudest is still held against the next block: half of it after 2 s of 10 ms blocks.</summary>
    private const float Fade = 0.9965f;

    private float _loudest;

    /// <summary>Mean square below which sound is a pause.</summary>
    public float Power => Math.Max(Silence, _loudest * Below);

    /// <summary>How long there has been nothing else.</summary>
    public double LastedMs { get; private set; }

    /// <summary>A block was played.</summary>
    public void Played(ReadOnlySpan<short> block)
    {
        float power = MeanSquare(block);
        _loudest = Math.Max(_loudest * Fade, power);
        LastedMs = power < Power ? LastedMs + (block.Length / 48.0) : 0;
    }

    /// <summary>Whether all of it is a pause.</summary>
    public bool Is(ReadOnlySpan<short> sound) => sound.Length > 0 && MeanSquare(sound) < Power;

    /// <summary>Another sender, another voice.</summary>
    public void Forget() => _loudest = 0;

    private static float MeanSquare(ReadOnlySpan<short> sound)
    {
        float sum = 0;
        foreach (short sample in sound)
            sum += (float)sample * sample;
        return sum / Math.Max(1, sound.Length);
    }
}
