// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;

namespace Earshot.Audio.Ends;

// The gate is left whatever a voice throws: who hands it on, or takes a voice off the card, waits for that.

/// <summary>Where one capture stream (the card's or a stand-in's) meets the end: only the current epoch's blocks go on.</summary>
/// <remarks>Thread: the stream's. Real-time.</remarks>
internal sealed class CapturePort(PassGate gate, long epoch, ICaptureSink inner) : ICaptureSink
{
    /// <inheritdoc/>
    public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
    {
        if (!gate.TryEnter(epoch))
            return;
        try
        {
            inner.OnCaptured(block, capturedAt);
        }
        finally
        {
            gate.Leave(epoch);
        }
    }
}

/// <summary>Where one playback stream (the card's or a stand-in's) meets the end: the others play silence.</summary>
/// <remarks>Thread: the stream's. Real-time.</remarks>
internal sealed class PlaybackPort(PassGate gate, long epoch, IPlaybackSource inner) : IPlaybackSource
{
    /// <inheritdoc/>
    public void OnPlayback(Span<short> block, long playsAt)
    {
        if (!gate.TryEnter(epoch))
        {
            block.Clear();
            return;
        }

        try
        {
            inner.OnPlayback(block, playsAt);
        }
        finally
        {
            gate.Leave(epoch);
        }
    }
}
