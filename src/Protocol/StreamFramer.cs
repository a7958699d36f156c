// SPDX-License-Identifier: MIT
namespace Earshot.Protocol;

/// <summary>Where a frame stands in a stream.</summary>
/// <param name="Offset">Bytes before it that are no part of it.</param>
/// <param name="Length">Its bytes; negative when there can be no such frame.</param>
/// <param name="Total">All bytes up to the next one, padding included.</param>
internal readonly record struct StreamFrame(int Offset, int Length, int Total)
{
    /// <summary>What came cannot be a frame.</summary>
    public static readonly StreamFrame Broken = new(0, -1, 0);
}

/// <summary>Cuts a byte stream into datagrams, in one buffer that never grows.</summary>
/// <remarks>
/// <code>
///   |··taken··|= frame =|= frame =|= part of one =|······ Room ······|
/// </code>
/// A stream that is out of step never gets into step again: <see cref="IsBroken"/> says that the connection is to be closed, and so does a
/// frame that is longer than the buffer.
/// Thread: its owner's. Allocates nothing after construction.
/// </remarks>
/// <param name="capacity">The longest frame that is taken, with all that stands around it.</param>
/// <param name="headerSize">Bytes that tell a frame's length.</param>
internal abstract class StreamFramer(int capacity, int headerSize)
{
    private readonly byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;

    /// <summary>What came cannot be a frame.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Bytes wait that are not taken: of a whole frame, or once <see cref="TryTake"/> said no of one that has begun.</summary>
    public bool HasPart => _end > _start;

    /// <summary>Where to read the stream into: never empty once <see cref="TryTake"/> said no and nothing is broken. Ends the life of the frames taken.</summary>
    public ArraySegment<byte> Room()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        return new(_buffer, _end, _buffer.Length - _end);
    }

    /// <summary>So many bytes were read into <see cref="Room"/>.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Takes as much of the stream as there is room for.</summary>
    /// <returns>How many bytes: drain <see cref="TryTake"/> and give the rest again.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var room = Room();
        int taken = Math.Min(bytes.Length, room.Count);
        bytes[..taken].CopyTo(room);
        Advance(taken);
        return taken;
    }

    /// <summary>The next whole frame, without header and padding: valid until the next <see cref="Room"/> or <see cref="Append"/>. It may be rewritten in place.</summary>
    public bool TryTake(out Span<byte> frame)
    {
        frame = default;
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (IsBroken || waiting.Length < headerSize)
            return false;
        var next = Measure(waiting);
        IsBroken = next.Length < 0 || next.Total > _buffer.Length;
        if (IsBroken || next.Total > waiting.Length)
            return false;
        frame = waiting.Slice(next.Offset, next.Length);
        _start += next.Total;
        return true;
    }

    /// <summary>Where the frame stands that begins here.</summary>
    /// <param name="waiting">At least as many bytes as a header has.</param>
    protected abstract StreamFrame Measure(ReadOnlySpan<byte> waiting);
}
