// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>Cuts blocks of any length into frames of one packet.</summary>
/// <remarks>Thread: worker. Real-time: no allocation after construction.</remarks>
internal sealed class CaptureFramer(CaptureQueue queue)
{
    // 60 ms at 48 kHz, the longest packet.
    private readonly short[] _frame = new short[2880];
    private int _filled;
    private int _taken;
    private int _next = 960;

    /// <summary>Samples in a frame; changed only between frames.</summary>
    public int FrameSamples { get; private set; } = 960;

    /// <summary>Position of the frame's first sample since capture began.</summary>
    public long Index { get; private set; }

    /// <summary>Monotonic nanoseconds of the frame's first sample.</summary>
    public long CapturedAt { get; private set; }

    /// <summary>Begins anew with another frame length; what was cut so far is dropped.</summary>
    public void Restart(int frameSamples)
    {
        FrameSamples = _next = frameSamples;
        _filled = 0;
    }

    /// <summary>Goes on with another frame length after the frame that is being filled.</summary>
    public void Change(int frameSamples) => _next = frameSamples;

    /// <summary>The next whole frame, in place: valid and writable until the next call.</summary>
    public bool TryTake(out Span<short> frame)
    {
        frame = default;
        if (_filled == FrameSamples)
            _filled = 0;
        if (_filled == 0)
            FrameSamples = _next;
        while (_filled < FrameSamples)
        {
            if (!queue.TryPeek(out var block))
                return false;
            Append(block);
        }

        frame = _frame.AsSpan(0, FrameSamples);
        return true;
    }

    private void Append(CapturedBlock block)
    {
        // A lost block leaves a hole: start the frame behind it, with its own time.
        if (_filled > 0 && block.Index + _taken != Index + _filled)
            _filled = 0;
        if (_filled == 0)
        {
            Index = block.Index + _taken;
            CapturedAt = block.CapturedAt + (_taken * 62_500L / 3);
        }

        int count = Math.Min(FrameSamples - _filled, block.Length - _taken);
        block.Samples.AsSpan(_taken, count).CopyTo(_frame.AsSpan(_filled));
        _filled += count;
        _taken += count;
        if (_taken < block.Length)
            return;
        _taken = 0;
        queue.Release(block);
    }
}
