// SPDX-License-Identifier: MIT
using Earshot.Audio.Buffers;

namespace Earshot.Audio.Ends;

/// <summary>A voice that passes what the microphone hears straight on to a speaker: its own card's, or another's.</summary>
/// <remarks>
/// Thread: <see cref="Capture"/> on a capture thread, <see cref="Play"/> on one playback thread, both real-time: no allocation, lock or system
/// call. What lies in the ring after each pull for a whole second was never needed: it is dropped, so that a hiccup does not leave delay behind.
/// </remarks>
internal sealed class PassThroughVoice : IVoice
{
    private const int Watched = 48_000;
    private readonly SpscRing<short> _ring = new(24_000);
    private int _spare = int.MaxValue;
    private int _watched;

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt) => _ring.Write(block);

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        if (_ring.Count < block.Length)
        {
            block.Clear();
            return;
        }

        _ring.Read(block);
        _spare = Math.Min(_spare, _ring.Count);
        _watched += block.Length;
        if (_watched < Watched)
            return;
        _ring.Discard(_spare);
        (_spare, _watched) = (int.MaxValue, 0);
    }
}
