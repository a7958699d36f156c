// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices;

/// <summary>What a stream's callback threw: a defect of ours, which costs a block of silence and not the process.</summary>
/// <remarks>Thread: <see cref="Note"/> the stream's; the rest any. An exception that leaves a native thread, or a clock's, ends the process.</remarks>
internal sealed class CallbackDefects
{
    private long _count;
    private Exception? _first;

    /// <summary>Blocks that were lost so.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The first of them; null while all is well.</summary>
    public Exception? First => Volatile.Read(ref _first);

    /// <summary>A callback threw.</summary>
    public void Note(Exception defect)
    {
        Interlocked.CompareExchange(ref _first, defect, null);
        Interlocked.Increment(ref _count);
    }
}

/// <summary>A stream that survives what its callback throws.</summary>
internal interface IGuardedStream
{
    /// <summary>What was thrown.</summary>
    CallbackDefects Defects { get; }
}
