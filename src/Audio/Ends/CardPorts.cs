// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;

namespace Earshot.Audio.Ends;

/// <summary>Where one capture stream (the card's or a stand-in's) meets the end: only the current epoch's blocks go on.</summary>
/// <remarks>Thread: the stream's. Real-time.</remarks>
internal sealed class CapturePort(PassGate gate, long epoch, ICaptureSink inner) : ICaptureSink
{
    /// <inheritdoc/>
    public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
    {
        if (!gate.TryEnter(epoch))
            return;
        inner.OnCaptured(block, capturedAt);
        gate.Leave(epoch);
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

        inner.OnPlayback(block, playsAt);
        gate.Leave(epoch);
    }
}
