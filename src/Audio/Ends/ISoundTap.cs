// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>Listens to both directions of a card: a recorder.</summary>
internal interface ISoundTap
{
    /// <summary>What the calls get from the microphone, processed: 16-bit PCM, mono, 48 kHz.</summary>
    /// <param name="block">Valid during the call only.</param>
    /// <param name="capturedAt">Monotonic nanoseconds of its first sample.</param>
    /// <remarks>Thread: capture. Real-time: no allocation, lock or system call.</remarks>
    void Said(ReadOnlySpan<short> block, long capturedAt);

    /// <summary>The final mix that the speaker gets: 16-bit PCM, mono, 48 kHz.</summary>
    /// <param name="block">Valid during the call only.</param>
    /// <param name="playsAt">Monotonic nanoseconds at which its first sample plays.</param>
    /// <remarks>Thread: playback. Real-time: no allocation, lock or system call.</remarks>
    void Heard(ReadOnlySpan<short> block, long playsAt);
}
