// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>Sends back what is heard, after playout and encoded anew: an answerer for hundreds of calls without a sound card.</summary>
/// <remarks>Thread: the call's worker. Real-time: no allocation after construction.</remarks>
internal sealed class EchoEnd : IClockedEnd
{
    // A worker that was held up for longer than this skips the blocks instead of playing them in a burst.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private const long Grid = 2_500_000;

    private readonly IVoice _voice;
    private readonly short[] _block;
    private Instant _start;
    private long _samples;

    /// <summary>Begins with the block that is due at <paramref name="start"/>.</summary>
    /// <param name="voice">The call.</param>
    /// <param name="blockSamples">Samples at 48 kHz of one block, 120 to 960.</param>
    /// <param name="start">When the first block plays.</param>
    public EchoEnd(IVoice voice, int blockSamples, Instant start)
    {
        _voice = voice;
        _block = new short[blockSamples];
        _start = start;
    }

    /// <summary>The next point of a 2.5 ms grid: hundreds of echoes share the worker's wake-ups instead of having one each.</summary>
    public static Instant NextTick(Instant now) => new(((now.Nanoseconds / Grid) + 1) * Grid);

    /// <inheritdoc/>
    public Instant PollTimeout() => Next;

    // From the count of samples: 128 of them are 2⅔ ms, and a rounded block time would run 25 ppm fast.
    private Instant Next => new(_start.Nanoseconds + (_samples * 62_500 / 3));

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        if (now - Next > Patience)
            (_start, _samples) = (now, 0);
        for (var next = Next; next <= now; next = Next)
        {
            _voice.Play(_block, next.Nanoseconds);
            _voice.Capture(_block, next.Nanoseconds);
            _samples += _block.Length;
        }
    }
}
