// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;

namespace Earshot.Audio.Tones;

/// <summary>What a caller hears while the other phone rings and sends nothing; it does not listen.</summary>
/// <remarks>
/// It begins with a silence: a phone that answers by itself is not preceded by a blip.
/// Thread: <see cref="Play"/> on one playback thread, real-time: no allocation, lock or system call.
/// </remarks>
internal sealed class RingbackVoice : ITone
{
    /// <summary>Samples of silence before the first tone: 200 ms.</summary>
    public const int Lead = 9600;

    private readonly ToneGenerator _tone = new(Tone.RingbackEurope);
    private int _lead = Lead;

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
    }

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        var silent = Math.Min(_lead, block.Length);
        _lead -= silent;
        block[..silent].Clear();
        _tone.Fill(block[silent..]);
    }
}
