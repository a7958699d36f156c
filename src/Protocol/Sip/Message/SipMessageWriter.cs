// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Writes requests and responses header by header into a buffer it keeps (RFC 3261 §7).</summary>
/// <remarks>
/// <c>StartRequest</c> or <c>StartResponse</c>, then headers, then <see cref="Finish"/>, which adds Content-Length and the body.
/// Thread: one owner. The bytes that Finish returns live until the next start. Allocates only while the buffer grows.
/// Line ends in values become spaces: nothing that is copied from a message or typed by a user can add a header field.
/// </remarks>
internal sealed partial class SipMessageWriter(int capacity = 2048)
{
    private byte[] _buffer = new byte[capacity];
    private int _length;

    /// <summary>How much is written so far.</summary>
    public int Length => _length;

    /// <summary>Starts a request.</summary>
    public void StartRequest(SipMethod method, ReadOnlySpan<byte> requestUri) => StartRequest(method.Name(), requestUri);

    /// <summary>Starts a request with a method by name.</summary>
    public void StartRequest(ReadOnlySpan<byte> method, ReadOnlySpan<byte> requestUri)
    {
        _length = 0;
        Append(method);
        Append(" "u8);
        Append(requestUri);
        Append(" SIP/2.0"u8);
        EndHeader();
    }

    /// <summary>Starts a response; an empty reason takes the registry's phrase.</summary>
    public void StartResponse(int status, ReadOnlySpan<byte> reason = default)
    {
        _length = 0;
        Append("SIP/2.0 "u8);
        Append(status);
        Append(" "u8);
        Append(reason.IsEmpty ? SipStatus.ReasonPhrase(status) : reason);
        EndHeader();
    }

    /// <summary>Starts a header line: name and colon.</summary>
    public void BeginHeader(SipHeader header) => BeginHeader(header.Name());

    /// <summary>Starts a header line: name and colon.</summary>
    public void BeginHeader(ReadOnlySpan<byte> name)
    {
        Append(name);
        Append(": "u8);
    }

    /// <summary>Ends the line.</summary>
    public void EndHeader()
    {
        Span<byte> end = Grow(2);
        end[0] = (byte)'\r';
        end[1] = (byte)'\n';
    }

    /// <summary>Writes a whole header line.</summary>
    public void Header(SipHeader header, ReadOnlySpan<byte> value) => Header(header.Name(), value);

    /// <summary>Writes a whole header line.</summary>
    public void Header(SipHeader header, string value)
    {
        BeginHeader(header);
        Append(value);
        EndHeader();
    }

    /// <summary>Writes a whole header line.</summary>
    public void Header(SipHeader header, long value)
    {
        BeginHeader(header);
        Append(value);
        EndHeader();
    }

    /// <summary>Writes a whole header line.</summary>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        BeginHeader(name);
        Append(value);
        EndHeader();
    }

    /// <summary>Writes CSeq.</summary>
    public void CSeq(uint number, ReadOnlySpan<byte> method)
    {
        BeginHeader(SipHeader.CSeq);
        Append(number);
        Append(" "u8);
        Append(method);
        EndHeader();
    }

    /// <summary>Writes a Via of our own, with rport (RFC 3581 §3). An IPv6 host comes without brackets; port 0 writes none.</summary>
    public void Via(ReadOnlySpan<byte> transport, ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> branch, bool rport = true)
    {
        BeginHeader(SipHeader.Via);
        Append("SIP/2.0/"u8);
        Append(transport);
        Append(" "u8);
        AppendHostPort(host, port);
        if (rport)
            Append(";rport"u8);
        Append(";branch="u8);
        Append(branch);
        EndHeader();
    }

    /// <summary>Copies every line of a header field, in order.</summary>
    public void CopyAll(SipMessage message, SipHeader header)
    {
        for (int line = message.FirstLine(header); line >= 0; line = message.NextLine(line))
            Header(header, message.Line(line).Value);
    }

    /// <summary>Appends to the line at hand.</summary>
    public void Append(ReadOnlySpan<byte> text)
    {
        Span<byte> target = Grow(text.Length);
        text.CopyTo(target);
        if (SipText.HasLineEnd(target))
        {
            target.Replace((byte)'\r', (byte)' ');
            target.Replace((byte)'\n', (byte)' ');
        }
    }

    /// <summary>Appends UTF-8 to the line at hand.</summary>
    public void Append(string text)
    {
        Span<byte> target = Grow(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, target);
        target.Replace((byte)'\r', (byte)' ');
        target.Replace((byte)'\n', (byte)' ');
    }

    /// <summary>Appends a decimal number to the line at hand.</summary>
    public void Append(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        Append(digits[..length]);
    }

    /// <summary>Appends an IP address, IPv6 without brackets, mapped IPv4 as IPv4.</summary>
    public void Append(IPAddress address)
    {
        Span<byte> text = stackalloc byte[64];
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryFormat(text, out int length);
        int zone = text[..length].IndexOf((byte)'%');
        Append(zone < 0 ? text[..length] : text[..zone]);
    }

    /// <summary>Appends <c>host:port</c>, brackets around IPv6; port 0 writes none.</summary>
    public void AppendHostPort(ReadOnlySpan<byte> host, int port)
    {
        bool brackets = host.Contains((byte)':') && host[0] != '[';
        if (brackets)
            Append("["u8);
        Append(host);
        if (brackets)
            Append("]"u8);
        if (port == 0)
            return;
        Append(":"u8);
        Append(port);
    }

    /// <summary>Writes Content-Type (when given), Content-Length, the empty line and the body, and gives the whole message.</summary>
    public ReadOnlyMemory<byte> Finish(ReadOnlySpan<byte> body = default, ReadOnlySpan<byte> contentType = default)
    {
        if (!contentType.IsEmpty)
            Header(SipHeader.ContentType, contentType);
        Header(SipHeader.ContentLength, body.Length);
        EndHeader();
        body.CopyTo(Grow(body.Length));
        return _buffer.AsMemory(0, _length);
    }

    private Span<byte> Grow(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
