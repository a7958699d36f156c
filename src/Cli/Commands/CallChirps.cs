// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;

namespace Earshot.Cli.Commands;

//   connected ──·──── chirp ─────────────────── 2.25 s ── chirp ─ chirp ─ chirp ─ … ─ hung up
//               └ the scout: found up to 1.5 s later      └ as often as the scout's delay lets one be told from the next

/// <summary>Speaks chirps into a call and listens to what the call plays: first one, then as many as can be told apart.</summary>
/// <remarks>Thread: <see cref="IVoice.Capture"/> and <see cref="IVoice.Play"/> on the card's threads, real-time; the rest on the command's.</remarks>
internal sealed class CallChirps
{
    private const int ScoutEvery = 72_000; // 1.5 s at 48 kHz
    private const int Closest = 24_000; // 0.5 s: finds delays up to 440 ms
    private const int Farthest = 96_000; // 2 s
    private const double RoomMs = 250; // for a delay that grows while it is measured, and for the chirp's own 40 ms
    private readonly short[] _spoken = new short[VoiceMixer.MaxBlock];
    private volatile LoopbackProbe? _probe;

    /// <summary>True when all was said and heard that was asked for.</summary>
    public bool IsDone => _probe is null or { IsDone: true };

    /// <summary>Speaks and listens around a call's voice.</summary>
    public IVoice Around(IVoice call) => new Chirping(this, call);

    /// <summary>One chirp, to learn the delay.</summary>
    public void Scout() => _probe = new LoopbackProbe(ScoutEvery, TimeSpan.FromSeconds(2.25));

    /// <summary>The measurement.</summary>
    public void Begin(TimeSpan time)
    {
        var scout = _probe?.Measure();
        _probe = new LoopbackProbe(Every(scout is { Samples: > 0 } ? scout.MaxMs : null), time);
    }

    /// <summary>What was found; once the call is over.</summary>
    public DelayStatistics Measure() => _probe?.Measure() ?? DelayStatistics.Of([], 0);

    /// <summary>Samples from chirp to chirp for a delay; null is one that is not known.</summary>
    internal static int Every(double? delayMs) => delayMs is { } ms ? (int)Math.Clamp(48 * ((1.5 * ms) + RoomMs), Closest, Farthest) : Farthest;

    private sealed class Chirping(CallChirps chirps, IVoice call) : IVoice
    {
        public void Capture(ReadOnlySpan<short> block, long capturedAt)
        {
            var spoken = chirps._spoken.AsSpan(0, block.Length);
            if (chirps._probe is { } probe) probe.Play(spoken, capturedAt);
            else spoken.Clear();
            call.Capture(spoken, capturedAt);
        }

        public void Play(Span<short> block, long playsAt)
        {
            call.Play(block, playsAt);
            chirps._probe?.Capture(block, playsAt);
        }
    }
}
