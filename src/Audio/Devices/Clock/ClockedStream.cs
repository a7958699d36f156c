// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Clock;

/// <summary>A sound card made of a clock, which calls once a block at absolute times.</summary>
/// <remarks>
/// Thread: control from one thread at a time; <see cref="Tick"/> on the clock's own thread. A turn later than one block counts as an xrun, as it would on a card.
/// </remarks>
internal abstract class ClockedStream : ICaptureStream, IPlaybackStream, IGuardedStream
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    private readonly AudioStreamFormat _format;
    private readonly ManualResetEventSlim _left = new(true);
    private BlockClock _clock;
    private bool _started;
    private volatile bool _stopping;
    private volatile bool _running;
    private volatile bool _wanted = true;
    private long _xruns;
    private long _lastCallbackAt;

    /// <summary>Prepares a stopped stream.</summary>
    protected ClockedStream(string name, AudioStreamFormat format)
    {
        DeviceName = name;
        _format = format;
        _clock = new BlockClock(name, format.BlockSamples);
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
    public string? Priority => _clock.Priority;

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

    /// <summary>Told on the clock's thread when the stream has left it: it was stopped, or failed. Set before the start.</summary>
    internal Action? Left { get; set; }

    /// <summary>Lets two streams that open together share one clock; before either is started. Nothing happens unless their blocks are alike.</summary>
    internal static void ShareClock(ClockedStream one, ClockedStream other)
    {
        if (one._format.BlockSamples == other._format.BlockSamples)
            other._clock = one._clock;
    }

    /// <inheritdoc/>
    public void Start()
    {
        if (_started)
            return;
        (_started, _stopping, _running) = (true, false, true);
        _left.Reset();
        _clock.Add(this);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _stopping = true;
        if (_started && !_clock.IsCurrent)
            _left.Wait(StopLimit);
        (_started, _running) = (false, false);
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

    /// <summary>One turn of the clock.</summary>
    /// <returns>False when the stream leaves: it was stopped, or its file failed and the stand-in takes over.</returns>
    internal bool Turn(long due, long late)
    {
        if (_stopping)
            return false;
        if (late > MonotonicClock.SamplesToNanoseconds(_format.BlockSamples))
            Interlocked.Increment(ref _xruns);
        Interlocked.Exchange(ref _lastCallbackAt, due + Math.Max(0, late));
        try
        {
            Tick(due);
            return true;
        }
        catch (Exception e)
        {
            // A full disk, a file that went away.
            Fault = e.Message;
            return false;
        }
    }

    /// <summary>The clock calls no more.</summary>
    internal void NoteLeft()
    {
        _running = false;
        _left.Set();
        Left?.Invoke();
    }
}
