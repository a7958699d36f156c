// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Clock;

//   start      +1 block    +2 blocks   +3 blocks          deadline n = start + n blocks, never "now + block":
//     │           │           │           │                lateness does not add up, so the clock does not drift
//     ▼           ▼           ▼           ▼
//   turn        turn        (late) turn turn  ← the late one and the next follow at once
//
//   a turn:  capture.Turn(due) ─► playback.Turn(due)

/// <summary>The thread of one clocked stream, or of a microphone and a speaker that open together: a wake-up costs more than a block's work.</summary>
/// <remarks>
/// Thread: its own, which asks for real-time priority and runs while it has streams; <see cref="Add"/> any ordinary one. The lock is taken by the
/// clock's thread only when a stream leaves. Catch-up: turns up to 200 ms late follow back to back so that no sound is lost; what is later than that
/// (a suspended machine) is skipped.
/// </remarks>
internal sealed class BlockClock(string name, int blockSamples)
{
    private const long MaxCatchUp = 200_000_000;
    private readonly Lock _changing = new();
    private volatile ClockedStream[] _streams = [];
    private volatile string? _priority;
    private volatile int _threadId;

    /// <summary>What the system granted to the thread; null before it runs.</summary>
    public string? Priority => _priority;

    /// <summary>True on the clock's own thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Takes a stream in from the next block on.</summary>
    public void Add(ClockedStream stream)
    {
        lock (_changing)
        {
            if (Array.IndexOf(_streams, stream) >= 0)
                return; // it was told to stop and never got there: it goes on
            // What is captured in a turn can be played in it.
            _streams = stream is ClockedCapture ? [stream, .. _streams] : [.. _streams, stream];
            if (_streams.Length == 1)
                new Thread(Run) { IsBackground = true, Name = $"clock {name}" }.Start();
        }
    }

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        _priority = RealtimePriority.Raise();
        var start = MonotonicClock.Now;
        for (long block = 1; ; block++)
        {
            var due = start + MonotonicClock.SamplesToNanoseconds(block * blockSamples);
            MonotonicClock.SleepUntil(due);
            var late = MonotonicClock.Now - due;
            if (late > MaxCatchUp)
                block = SkipTo(start, ref due, block, late);
            if (!Turn(due, late))
                return;
        }
    }

    // False when the last stream has left.
    private bool Turn(long due, long late)
    {
        foreach (var stream in _streams)
        {
            if (!stream.Turn(due, late) && !Remove(stream))
                return false;
        }

        return true;
    }

    private bool Remove(ClockedStream stream)
    {
        bool goesOn;
        lock (_changing)
        {
            _streams = Array.FindAll(_streams, other => other != stream);
            goesOn = _streams.Length > 0;
        }

        stream.NoteLeft();
        return goesOn;
    }

    private long SkipTo(long start, ref long due, long block, long late)
    {
        block += late / MonotonicClock.SamplesToNanoseconds(blockSamples);
        due = start + MonotonicClock.SamplesToNanoseconds(block * blockSamples);
        return block;
    }
}
