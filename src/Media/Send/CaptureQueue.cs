// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>Blocks of the microphone on their way to the worker.</summary>
/// <remarks>Thread: <see cref="Push"/> capture, the rest worker. Real-time: no allocation, lock or system call.</remarks>
internal sealed class CaptureQueue
{
    // 32 blocks are at least 80 ms (2.5 ms each), 320 ms as usual: a worker that is later than that loses sound anyway.
    private readonly SlotRing<CapturedBlock> _ring = new(32, static () => new CapturedBlock());
    private long _index;
    private long _waiting;

    /// <summary>Blocks lost because the worker did not keep up. Written by capture, read by any.</summary>
    public long Overruns { get; private set; }

    /// <summary>Samples that wait for the worker.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Copies a block in. A full queue loses the block, but not the time it took.</summary>
    /// <returns>Samples that wait now.</returns>
    public long Push(ReadOnlySpan<short> block, long capturedAt)
    {
        long index = _index;
        _index += block.Length;
        if (block.Length > CapturedBlock.MaximumSamples || !_ring.TryBeginWrite(out var slot))
        {
            Overruns++;
            return Waiting;
        }

        block.CopyTo(slot.Samples);
        slot.Length = block.Length;
        slot.Index = index;
        slot.CapturedAt = capturedAt;
        _ring.CommitWrite();
        return Interlocked.Add(ref _waiting, block.Length);
    }

    /// <summary>The oldest block.</summary>
    public bool TryPeek(out CapturedBlock block) => _ring.TryPeek(out block);

    /// <summary>Done with the oldest block.</summary>
    public void Release(CapturedBlock block)
    {
        Interlocked.Add(ref _waiting, -block.Length);
        _ring.Release();
    }
}
