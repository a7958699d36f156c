// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Ends;

namespace Earshot.Audio.Measurement;

//  played    ──chirp────────────chirp────────────chirp──
//  captured  ────────chirp────────────chirp─────────────   delay = hand-over of the captured sample − hand-over of the played one
//            └ d ───►│

/// <summary>Plays a chirp every so often, records what comes back and finds the delay of each.</summary>
/// <remarks>
/// Thread: <see cref="Play"/> and <see cref="Capture"/> on the device's threads, real-time; <see cref="Measure"/> on an ordinary thread once
/// both have stopped. Works on a device directly or as a voice of a <see cref="SoundCardEnd"/>. The delay runs from the moment the device
/// took the sample from us to the moment it gave it back, so the device's blocks are in it.
/// </remarks>
internal sealed class LoopbackProbe : IVoice, ICaptureSink, IPlaybackSource
{
    private const double MinConfidence = 2;
    private readonly int _every;
    private readonly short[] _recording;
    private readonly long[] _playedAt;
    private readonly Handover[] _captured;
    private int _blocks;
    private int _recorded;
    private long _position;
    private int _chirps;

    /// <summary>Allocates for a measurement.</summary>
    /// <param name="everySamples">Samples at 48 kHz from chirp to chirp; longer than the longest delay expected plus 60 ms.</param>
    /// <param name="duration">How long to record.</param>
    public LoopbackProbe(int everySamples, TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everySamples, 2 * Chirp.Length);
        _every = everySamples;
        _recording = new short[(int)(duration.TotalSeconds * 48_000)];
        _playedAt = new long[(_recording.Length / everySamples) + 1];
        _captured = new Handover[(_recording.Length / 120) + 1];
        _position = -everySamples / 2; // some silence first: a device's first blocks are often cut
    }

    /// <summary>True once the recording is full.</summary>
    public bool IsDone => Volatile.Read(ref _recorded) == _recording.Length || _blocks == _captured.Length;

    /// <inheritdoc/>
    public void OnCaptured(ReadOnlySpan<short> block, long capturedAt) => Capture(block, capturedAt);

    /// <inheritdoc/>
    public void OnPlayback(Span<short> block, long playsAt) => Play(block, playsAt);

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        var count = Math.Min(block.Length, _recording.Length - _recorded);
        if (count == 0 || _blocks == _captured.Length)
            return;
        block[..count].CopyTo(_recording.AsSpan(_recorded));
        _captured[_blocks++] = new Handover(_recorded, MonotonicClock.Now);
        Volatile.Write(ref _recorded, _recorded + count);
    }

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        var now = MonotonicClock.Now;
        for (var i = 0; i < block.Length; i++, _position++)
        {
            var inside = _position < 0 ? Chirp.Length : (int)(_position % _every);
            if (inside == 0 && _chirps < _playedAt.Length)
                _playedAt[_chirps++] = now + MonotonicClock.SamplesToNanoseconds(i);
            block[i] = inside < Chirp.Length ? Chirp.Samples[inside] : (short)0;
        }
    }

    /// <summary>Finds every chirp and sums up.</summary>
    public DelayStatistics Measure()
    {
        var delays = new List<double>();
        var played = 0;
        for (var chirp = 0; chirp < _chirps; chirp++)
        {
            // The captured block that holds the chirp's first sample may have been handed over within the played block's length.
            var from = SampleAt(_playedAt[chirp] - MonotonicClock.SamplesToNanoseconds(VoiceMixer.MaxBlock));
            if (from < 0 || from + _every > _recorded)
                continue;
            played++;
            var found = Chirp.Find(_recording.AsSpan(from, _every));
            if (found.Confidence >= MinConfidence)
                delays.Add((TimeOf(from + found.Offset) - _playedAt[chirp]) / 1e6);
        }

        return DelayStatistics.Of(delays, played - delays.Count);
    }

    /// <summary>What was recorded so far, for level and noise.</summary>
    public ReadOnlySpan<short> Recording => _recording.AsSpan(0, Volatile.Read(ref _recorded));

    // Sample j of a block captured at Tc is Tc + j on the sample line, sample k of a block played at Tp is Tp + k: the difference does not
    // depend on where in the blocks the chirp lies, and is Tc − Tp for the first samples of both.
    private long TimeOf(int sample)
    {
        var block = BlockOf(sample);
        return block.At + MonotonicClock.SamplesToNanoseconds(sample - block.First);
    }

    private Handover BlockOf(int sample)
    {
        var at = Array.BinarySearch(_captured, 0, _blocks, new Handover(sample, 0), Handover.ByFirst);
        return _captured[at >= 0 ? at : Math.Max(0, ~at - 1)];
    }

    private int SampleAt(long time)
    {
        for (var i = 0; i < _blocks; i++)
        {
            if (_captured[i].At >= time)
                return _captured[i].First;
        }

        return -1;
    }

    private readonly record struct Handover(int First, long At)
    {
        public static readonly Comparer<Handover> ByFirst = Comparer<Handover>.Create((a, b) => a.First.CompareTo(b.First));
    }
}
