// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>What a <see cref="SipStreamFramer"/> found next in its stream.</summary>
internal enum SipFrame : byte
{
    /// <summary>Nothing whole: append more bytes.</summary>
    NeedMore,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A double line end: answer it with one line end (RFC 5626 §3.5.1).</summary>
    Ping,

    /// <summary>A single line end: the answer to our ping.</summary>
    Pong,

    /// <summary>The stream cannot be followed any more: no or a bad Content-Length, or a message beyond the limit. Close it.</summary>
    Broken,
}

/// <summary>Cuts messages out of a byte stream by their Content-Length (RFC 3261 §18.3, §7.5; keep-alives of RFC 5626 §3.5.1).</summary>
/// <remarks>
/// <code>
/// appended …│␍␊␍␊│INVITE … ␍␊␍␊ body│SIP/2.0 200 …
///            Ping  Message             NeedMore
/// </code>
/// Thread: the connection's reader. Append, then take until NeedMore, then append again. Memory is bounded by one message of
/// <see cref="SipMessage.MaxLength"/>: Append takes no more than there is room for. Bytes of a taken message live until the next Append.
/// </remarks>
internal sealed class SipStreamFramer
{
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private int _scanned;
    private int _messageLength;
    private bool _isBroken;
    private bool _toldLineEnd;

    /// <summary>Appends received bytes.</summary>
    /// <returns>How many were taken: fewer than given only when a whole buffer waits to be taken.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        int count = Math.Min(bytes.Length, _buffer.Length - _end);
        bytes[..count].CopyTo(_buffer.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <summary>Takes the next thing out of the stream; <paramref name="message"/> is set for <see cref="SipFrame.Message"/>.</summary>
    public SipFrame Take(out ReadOnlyMemory<byte> message)
    {
        message = default;
        if (_isBroken)
            return SipFrame.Broken;
        if (_start == _end)
            return SipFrame.NeedMore;
        if (_messageLength == 0 && _buffer[_start] is (byte)'\r' or (byte)'\n')
            return TakeLineEnds();
        if (_messageLength == 0 && !SipText.IsToken(_buffer.AsSpan(_start, 1)))
        {
            _isBroken = true; // no message begins so: the peer speaks something else, TLS most likely
            return SipFrame.Broken;
        }

        if (_messageLength == 0 && !FindLength())
            return _isBroken ? SipFrame.Broken : SipFrame.NeedMore;
        if (_end - _start < _messageLength)
            return SipFrame.NeedMore;

        message = _buffer.AsMemory(_start, _messageLength);
        _start += _messageLength;
        _messageLength = _scanned = 0;
        _toldLineEnd = false;
        return SipFrame.Message;
    }

    // A single line end is told at once, as a client waits for it; when its twin arrives later the two were a ping.
    private SipFrame TakeLineEnds()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length == 1 && bytes[0] == '\r')
            return SipFrame.NeedMore;

        _start += LineEndLength(bytes);
        bytes = _buffer.AsSpan(_start, _end - _start);
        if (_toldLineEnd)
        {
            _toldLineEnd = false;
            return SipFrame.Ping;
        }

        int second = bytes.Length > 1 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 0;
        _start += second;
        _toldLineEnd = second == 0;
        return second == 0 ? SipFrame.Pong : SipFrame.Ping;
    }

    private static int LineEndLength(ReadOnlySpan<byte> bytes) => bytes.Length > 1 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 1;

    // Remembers how far it looked, so that a stream fed byte by byte costs no more than one fed whole.
    private bool FindLength()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        int from = Math.Max(0, _scanned - 3);
        int hit = bytes[from..].IndexOf("\r\n\r\n"u8);
        _scanned = bytes.Length;
        if (hit < 0)
        {
            _isBroken = bytes.Length >= SipMessage.MaxLength;
            return false;
        }

        int headerLength = from + hit + 4;
        if (!TryGetContentLength(bytes[..headerLength], out uint bodyLength) || headerLength + (long)bodyLength > SipMessage.MaxLength)
        {
            _isBroken = true;
            return false;
        }

        _messageLength = headerLength + (int)bodyLength;
        return true;
    }

    // Two lengths that differ would let one reader see a message where another sees a body: that breaks the stream.
    private static bool TryGetContentLength(ReadOnlySpan<byte> header, out uint length)
    {
        length = 0;
        bool found = false;
        int end;
        for (ReadOnlySpan<byte> rest = header; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            ReadOnlySpan<byte> line = rest[..end];
            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || SipText.IsSpace(line[0]) || SipHeaders.Parse(SipText.Trim(line[..colon])) != SipHeader.ContentLength)
                continue;
            ReadOnlySpan<byte> value = line[(colon + 1)..];
            ReadOnlySpan<byte> next = rest[(end + 1)..];
            if (!next.IsEmpty && next[0] is (byte)' ' or (byte)'\t')
                value = rest[(colon + 1)..(end + 1 + Math.Max(0, next.IndexOf((byte)'\n')))];
            if (!SipText.TryParseUInt(SipText.Trim(value), out uint number) || (found && number != length))
                return false;
            length = number;
            found = true;
        }

        return found;
    }

    private void MakeRoom(int count)
    {
        if (_buffer.Length - _end >= count)
            return;

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_buffer.Length - _end < count && _buffer.Length < SipMessage.MaxLength)
            Array.Resize(ref _buffer, (int)Math.Min(SipMessage.MaxLength, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_end + count))));
    }
}
