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
    private readonly WavWriter _file;
    private readonly Action<string>? _stopped;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _dropped;

    /// <summary>Creates the file and starts recording.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stopped">Told once, on the recorder's thread, why nothing more is recorded.</param>
    /// <exception cref="Devices.AudioDeviceException">The file cannot be written; one line.</exception>
    public CallRecorder(string path, Action<string>? stopped = null)
    {
        _stopped = stopped;
        _file = WavWriter.Create(path, channels: 2);
        _timeline = new StereoTimeline(_file.Append);
        _thread = new Thread(Run) { IsBackground = true, Name = "call recorder" };
        _thread.Start();
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

    /// <summary>Writes what is left and closes the file.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _file.Dispose();
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
        catch (IOException wrong)
        {
            // A full disk ends the recording, not the call: the rings fill up and Dropped counts.
            _stopped?.Invoke(wrong.Message.ReplaceLineEndings(" "));
        }
    }

    private void Drain()
    {
        while (_said.TryRead(_block, out var at, out var samples))
            _timeline.Place(0, _block.AsSpan(0, samples), at);
        while (_heard.TryRead(_block, out var at, out var samples))
            _timeline.Place(1, _block.AsSpan(0, samples), at);
        _timeline.Flush();
    }
}
