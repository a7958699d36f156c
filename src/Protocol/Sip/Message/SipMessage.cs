// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>
/// A SIP request or response as an index over its bytes (RFC 3261 §7): nothing is copied, nothing is turned into a string
/// until someone asks.
/// </summary>
/// <remarks>
/// <code>
/// bytes  INVITE sip:bob@b.example SIP/2.0␍␊ Via: SIP/2.0/UDP … ␍␊ From: … ␍␊ ␍␊ v=0…
///        └────┘ └───────────────┘           └─┘  └───────────┘                 └──┘
/// index  method  request URI                name  value (header, start, length)  body
/// </code>
/// Thread: whoever parses owns it. Lifetime: all spans and views point into the bytes given to <see cref="Parse"/>, and live until
/// those bytes change or the object is parsed into again. <see cref="ParseCopy"/> keeps a copy inside; <see cref="Clone"/> makes a
/// message that lives on its own. A reused object parses without allocation.
/// </remarks>
internal sealed partial class SipMessage
{
    /// <summary>Longer messages are refused with 513.</summary>
    public const int MaxLength = 65536;

    /// <summary>Messages with more header lines are refused.</summary>
    public const int MaxHeaderLines = 256;

    private readonly short[] _first = new short[SipHeaders.Count];
    private readonly short[] _last = new short[SipHeaders.Count];
    private HeaderEntry[] _lines = new HeaderEntry[32];
    private byte[] _copy = [];
    private byte[] _array = [];
    private int _offset;
    private int _length;
    private TextRange _fromTag;
    private TextRange _toTag;
    private TextRange _methodName;
    private TextRange _requestUri;
    private TextRange _reason;
    private TextRange _body;

    /// <summary>True for a request, false for a response.</summary>
    public bool IsRequest { get; private set; }

    /// <summary>The method of a request; of a response that of its CSeq.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>The method as written: of a request from its first line, of a response from its CSeq.</summary>
    public ReadOnlySpan<byte> MethodName => IsRequest ? Slice(_methodName) : TryGetCSeq(out CSeq cseq) ? cseq.MethodName : default;

    /// <summary>The Request-URI as written; empty for a response.</summary>
    public ReadOnlySpan<byte> RequestUriText => Slice(_requestUri);

    /// <summary>The status of a response, 0 for a request.</summary>
    public int Status { get; private set; }

    /// <summary>The reason phrase of a response.</summary>
    public ReadOnlySpan<byte> Reason => Slice(_reason);

    /// <summary>The body: Content-Length bytes, or all that follows the header when a datagram does not tell (§18.3).</summary>
    public ReadOnlySpan<byte> Body => Slice(_body);

    /// <summary>How many header lines are indexed.</summary>
    public int LineCount { get; private set; }

    /// <summary>The bytes of the message from its first line to the end of its body; a datagram's surplus is not in it.</summary>
    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(_offset, _length);

    /// <summary>Parses a datagram or a framed message in place.</summary>
    /// <returns>
    /// Ok, or what to do with a faulty message. After Malformed, everything up to the fault can be read, and a later fault in the header
    /// does not hide the header lines behind it, so a 400 can be written with <see cref="SipMessageWriter.StartResponse(SipMessage, int, ReadOnlySpan{byte}, ReadOnlySpan{byte}, System.Net.IPAddress?, int)"/>.
    /// </returns>
    public SipParseResult Parse(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment))
            return ParseCopy(bytes.Span);
        Reset(segment);
        return new SipMessageParser(this, segment).Run();
    }

    /// <summary>Copies the bytes into a buffer of this object, then parses them there. Allocates only while that buffer grows.</summary>
    public SipParseResult ParseCopy(ReadOnlySpan<byte> bytes)
    {
        if (_copy.Length < bytes.Length)
            _copy = new byte[Math.Max(bytes.Length, 2048)];
        bytes.CopyTo(_copy);
        return Parse(_copy.AsMemory(0, bytes.Length));
    }

    /// <summary>A copy with bytes of its own, for transactions and dialogs that outlive the datagram. Allocates.</summary>
    public SipMessage Clone()
    {
        var clone = new SipMessage();
        clone.Parse(Bytes.ToArray());
        return clone;
    }

    /// <summary>The header line at this position, in the order of the message.</summary>
    public SipHeaderLine Line(int index)
    {
        ref HeaderEntry entry = ref _lines[index];
        return new SipHeaderLine(entry.Header, Slice(entry.Name), Slice(entry.Value));
    }

    /// <summary>True when the header field is there.</summary>
    public bool Has(SipHeader header) => _first[(int)header] >= 0;

    /// <summary>The value of the first line with this header field; empty when there is none.</summary>
    public ReadOnlySpan<byte> this[SipHeader header] => TryGet(header, out ReadOnlySpan<byte> value) ? value : default;

    /// <summary>The value of the first line with this header field, not split at commas.</summary>
    public bool TryGet(SipHeader header, out ReadOnlySpan<byte> value)
    {
        int line = _first[(int)header];
        value = line < 0 ? default : Slice(_lines[line].Value);
        return line >= 0;
    }

    /// <summary>The value of the first line with this name, for header fields outside <see cref="SipHeader"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (int line = FirstLine(SipHeader.Other); line >= 0; line = NextLine(line))
        {
            if (SipText.EqualsIgnoreCase(Slice(_lines[line].Name), name))
            {
                value = Slice(_lines[line].Value);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>All values of a header field, lines split at their commas.</summary>
    public SipValues Values(SipHeader header) => new(this, header);

    /// <summary>The position of the first line with this header field, or −1.</summary>
    public int FirstLine(SipHeader header) => _first[(int)header];

    /// <summary>The position of the next line with the same header field, or −1.</summary>
    public int NextLine(int line) => _lines[line].Next;

    /// <summary>First line of the message, for logs. Allocates.</summary>
    public override string ToString() => IsRequest
        ? $"{Encoding.UTF8.GetString(MethodName)} {Encoding.UTF8.GetString(RequestUriText)}"
        : $"{Status} {Encoding.UTF8.GetString(Reason)}";

    private ReadOnlySpan<byte> Slice(TextRange range) => new(_array, _offset + range.Start, range.Length);

    private void Reset(ArraySegment<byte> bytes)
    {
        _array = bytes.Array ?? [];
        _offset = bytes.Offset;
        _length = bytes.Count;
        Array.Fill(_first, (short)-1);
        LineCount = 0;
        IsRequest = false;
        Method = SipMethod.Unknown;
        Status = 0;
        _methodName = _requestUri = _reason = _body = _fromTag = _toTag = default;
    }

    private readonly record struct TextRange(int Start, int Length);

    private struct HeaderEntry
    {
        public TextRange Name;
        public TextRange Value;
        public short Next;
        public SipHeader Header;
    }
}
