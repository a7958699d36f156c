// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>One call as the sound card sees it: it takes what the microphone heard and gives what the speaker plays.</summary>
/// <remarks>
/// The card belongs to the engine: one <c>SoundCardEnd</c> captures once and hands the block to every voice,
/// and mixes what the voices play. 16-bit PCM, mono, 48 kHz on both sides.
/// </remarks>
public interface IVoice
{
    /// <summary>A block from the microphone, already processed.</summary>
    /// <param name="block">120 to 960 samples; valid during the call only.</param>
    /// <param name="capturedAt">Monotonic nanoseconds of its first sample.</param>
    /// <remarks>Thread: capture. Real-time: no allocation, lock or system call beyond one wake-up.</remarks>
    void Capture(ReadOnlySpan<short> block, long capturedAt);

    /// <summary>Fills a block for the speaker, all of it; the end mixes.</summary>
    /// <param name="block">120 to 960 samples; holds rubbish on entry.</param>
    /// <param name="playsAt">Monotonic nanoseconds at which its first sample plays.</param>
    /// <remarks>Thread: playback. Real-time: no allocation, lock or system call.</remarks>
    void Play(Span<short> block, long playsAt);
}
