// SPDX-License-Identifier: MIT
using Earshot.Audio.Buffers;
using Earshot.Audio.Ends;

namespace Earshot.Audio.Files;

//  capture thread ──► ring (said)  ─┐                     left  ┐
//                                   ├─► recorder's thread        ├─► stereo WAV
//  playback thread ─► ring (heard) ─┘   placed by time    right ┘

/// <summary>Records a call in stereo: left what we said, right what we heard.</summary>
/// <remarks>
/// Thread: <see cref="Said"/> on the capture thread, <see cref="Heard"/> on the playback thread, both real-time: no allocation, lock or
/// system call; a full ring (256 blocks behind, 0.6 s or more) drops the block and counts it. The file is written by a thread of its own.
/// </remarks>
internal sealed class CallRecorder : ISoundTap, IDisposable
{
    private const int RingBlocks = 256;
    private readonly StampedBlockRing _said = new(RingBlocks);
    private readonly StampedBlockRing _heard = new(RingBlocks);
    private readonly short[] _block = new short[StampedBlockRing.MaxBlock];
    private readonly StereoTimeline _timeline;
    private readonly IDisposable _file;
    private readonly Action<string>? _stopped;
    private readonly TimeSpan _patience;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _told;
    private long _dropped;

    /// <summary>Creates the file and starts recording.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stopped">Told once, on the recorder's thread or by <see cref="Dispose"/>, why nothing more is recorded.</param>
    /// <exception cref="Devices.AudioDeviceException">The file cannot be written; one line.</exception>
    public CallRecorder(string path, Action<string>? stopped = null)
        : this(WavWriter.Create(path, channels: 2, isPrivate: true), stopped)
    {
    }

    /// <summary>Starts recording to any disk.</summary>
    /// <param name="file">Is closed when all is written.</param>
    /// <param name="write">Takes interleaved samples; may throw <see cref="IOException"/>.</param>
    /// <param name="patience">How long the end may take.</param>
    /// <param name="stopped">Why nothing more is recorded.</param>
    internal CallRecorder(IDisposable file, StereoTimeline.Output write, TimeSpan patience, Action<string>? stopped)
    {
        (_file, _stopped, _patience) = (file, stopped, patience);
        _timeline = new StereoTimeline(write);
        _thread = new Thread(Run) { IsBackground = true, Name = "call recorder" };
        _thread.Start();
    }

    private CallRecorder(WavWriter file, Action<string>? stopped)
        : this(file, file.Append, TimeSpan.FromSeconds(5), stopped)
    {
    }

    /// <summary>Blocks lost because the disk was too slow or full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a block of ours.</summary>
    public void Said(ReadOnlySpan<short> block, long capturedAt)
    {
        if (!_said.TryWrite(block, capturedAt))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Takes a block of theirs.</summary>
    public void Heard(ReadOnlySpan<short> block, long playsAt)
    {
        if (!_heard.TryWrite(block, playsAt))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what is left and closes the file. A disk that hangs is given a few seconds, then its thread is left behind.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (!_thread.Join(_patience))
            Tell("the disk does not answer; the end of the recording may be missing");
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                Drain();
                Thread.Sleep(20);
            }

            Drain();
            _timeline.Finish();
        }
        catch (Exception wrong)
        {
            // A full disk ends the recording, not the call: the rings fill up and Dropped counts.
            Tell(wrong.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            _file.Dispose();
        }
    }

    private void Tell(string why)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            _stopped?.Invoke(why);
    }

    // The older block of the two first: a side whose blocks lie behind a pause must not hide what the other has before it.
    private void Drain()
    {
        for (; ; )
        {
            var (says, hears) = (_said.TryPeek(out var said), _heard.TryPeek(out var heard));
            if (!says && !hears)
                break;
            var side = says && (!hears || said <= heard) ? 0 : 1;
            if ((side == 0 ? _said : _heard).TryRead(_block, out var at, out var samples))
                _timeline.Place(side, _block.AsSpan(0, samples), at);
        }

        _timeline.Flush();
    }
}
