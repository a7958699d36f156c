// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>Cuts a byte stream into STUN messages and TURN's ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5): both know their own length.</summary>
/// <remarks>
/// ChannelData is padded to four bytes on streams alone; the padding is skipped here. A stream that is out of step never gets into step
/// again: <see cref="IsBroken"/> says that the connection is to be closed.
/// Thread: its owner's. Allocates nothing after construction.
/// </remarks>
/// <param name="capacity">The longest frame that is taken.</param>
internal sealed class StunStreamFramer(int capacity = 4096)
{
    private readonly byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;

    /// <summary>What came cannot be a frame.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes as much of the stream as there is room for.</summary>
    /// <returns>How many bytes: drain <see cref="TryTake"/> and give the rest again.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int taken = Math.Min(bytes.Length, _buffer.Length - _end);
        bytes[..taken].CopyTo(_buffer.AsSpan(_end));
        _end += taken;
        return taken;
    }

    /// <summary>The next whole frame, without padding: valid until the next <see cref="Append"/>. It may be rewritten in place.</summary>
    public bool TryTake(out Span<byte> frame)
    {
        frame = default;
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (IsBroken || waiting.Length < 4)
            return false;
        int length = Measure(waiting);
        int padded = (length + 3) & ~3;
        IsBroken = length < 0 || padded > _buffer.Length;
        if (IsBroken || padded > waiting.Length)
            return false;
        frame = waiting[..length];
        _start += padded;
        return true;
    }

    private static int Measure(ReadOnlySpan<byte> frame)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(frame[2..]);
        return (frame[0] >> 6) switch
        {
            0 => (length & 3) == 0 ? StunMessage.HeaderSize + length : -1,
            1 => 4 + length,
            _ => -1,
        };
    }
}
