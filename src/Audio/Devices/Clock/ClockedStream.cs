// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Clock;

//   start      +1 block    +2 blocks   +3 blocks          deadline n = start + n blocks, never "now + block":
//     │           │           │           │                lateness does not add up, so the clock does not drift
//     ▼           ▼           ▼           ▼
//   Tick        Tick        (late) Tick Tick  ← the late one and the next follow at once

/// <summary>A sound card made of a clock: a thread that calls once a block at absolute times.</summary>
/// <remarks>
/// Thread: control from one thread at a time; <see cref="Tick"/> on the stream's own thread, which asks for real-time
/// priority. Catch-up: a tick later than one block counts as an xrun, as it would on a card; ticks up to
/// 200 ms late follow back to back so that no sound is lost; what is later than that (a suspended machine) is skipped.
/// </remarks>
internal abstract class ClockedStream : ICaptureStream, IPlaybackStream, IGuardedStream
{
    private const long MaxCatchUp = 200_000_000;
    private readonly AudioStreamFormat _format;
    private Thread? _thread;
    private volatile bool _stopping;
    private volatile bool _running;
    private volatile bool _wanted = true;
    private volatile string? _priority;
    private long _xruns;
    private long _lastCallbackAt;

    /// <summary>Prepares a stopped stream.</summary>
    protected ClockedStream(string name, AudioStreamFormat format)
    {
        DeviceName = name;
        _format = format;
    }

    /// <inheritdoc/>
    public string DeviceName { get; }

    /// <inheritdoc/>
    public AudioStreamFormat Format => _format;

    /// <inheritdoc/>
    public bool IsRunning => _running;

    /// <inheritdoc/>
    public long Xruns => Interlocked.Read(ref _xruns);

    /// <inheritdoc/>
    public long LastCallbackAt => Interlocked.Read(ref _lastCallbackAt);

    /// <summary>What the system granted to the clock thread; null before it runs.</summary>
    public string? Priority => _priority;

    /// <inheritdoc/>
    public CallbackDefects Defects { get; } = new();

    /// <summary>Why the stream ended by itself, e.g. a full disk; null if it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>False while no call is on the card: the clock goes on, but a file waits at its beginning and keeps nothing. Any thread.</summary>
    internal bool IsWanted
    {
        get => _wanted;
        set => _wanted = value;
    }

    /// <summary>Samples at 48 kHz of one block.</summary>
    protected int BlockSamples => _format.BlockSamples;

    /// <inheritdoc/>
    public void Start()
    {
        if (_thread is not null)
            return;
        (_stopping, _running) = (false, true);
        _thread = new Thread(Run) { IsBackground = true, Name = $"clock {DeviceName}" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _stopping = true;
        if (_thread is { } thread && thread != Thread.CurrentThread)
            thread.Join(TimeSpan.FromSeconds(2));
        _thread = null;
        _running = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Moves one block.</summary>
    /// <param name="due">Monotonic nanoseconds at which the block is due.</param>
    internal abstract void Tick(long due);

    /// <summary>Gives back what the stream holds.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>The block's length for a request: 2.5 to 20 ms.</summary>
    protected static int ClampBlock(AudioStreamRequest request) => Math.Clamp(request.BlockSamples, 120, 960);

    private void Run()
    {
        _priority = RealtimePriority.Raise();
        try
        {
            Loop();
        }
        catch (Exception e)
        {
            // A full disk, a file that went away: the stand-in takes over.
            Fault = e.Message;
        }

        _running = false;
    }

    private void Loop()
    {
        var start = MonotonicClock.Now;
        for (long block = 1; ; block++)
        {
            var due = start + MonotonicClock.SamplesToNanoseconds(block * BlockSamples);
            MonotonicClock.SleepUntil(due);
            if (_stopping)
                return;
            var late = MonotonicClock.Now - due;
            if (late > MonotonicClock.SamplesToNanoseconds(BlockSamples))
                Interlocked.Increment(ref _xruns);
            if (late > MaxCatchUp)
                block = SkipTo(start, ref due, block, late);
            Interlocked.Exchange(ref _lastCallbackAt, due + Math.Max(0, late));
            Tick(due);
        }
    }

    private long SkipTo(long start, ref long due, long block, long late)
    {
        block += late / MonotonicClock.SamplesToNanoseconds(BlockSamples);
        due = start + MonotonicClock.SamplesToNanoseconds(block * BlockSamples);
        return block;
    }
}
