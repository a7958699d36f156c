// SPDX-License-Identifier: MIT
using System.Buffers;

namespace Earshot.Protocol.Sip;

/// <summary>
/// The values of one header field in the order of the message: every line that carries it, each split at its commas
/// (RFC 3261 §7.3.1). Commas in quoted strings, angle brackets and comments do not split; empty elements are skipped.
/// </summary>
/// <remarks>A view of the message: <c>foreach (ReadOnlySpan&lt;byte&gt; value in message.Values(SipHeader.Route))</c>.</remarks>
internal ref struct SipValues
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create(",\"<("u8);

    private readonly SipMessage _message;
    private readonly bool _comments;
    private int _line;
    private ReadOnlySpan<byte> _rest;

    internal SipValues(SipMessage message, SipHeader header)
    {
        _message = message;
        _line = message.FirstLine(header);
        _rest = _line < 0 ? default : message.Line(_line).Value;

        // Parentheses are comments only where the grammar says so; a URI or a display name may hold them.
        _comments = header is SipHeader.RetryAfter or SipHeader.UserAgent or SipHeader.Server;
    }

    /// <summary>The value at hand, without white space around it.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly SipValues GetEnumerator() => this;

    /// <summary>Moves to the next value.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            while (!_rest.IsEmpty)
            {
                Current = SipText.Trim(TakeElement());
                if (!Current.IsEmpty)
                    return true;
            }

            if (_line < 0)
                return false;
            _line = _message.NextLine(_line);
            if (_line < 0)
                return false;
            _rest = _message.Line(_line).Value;
        }
    }

    private ReadOnlySpan<byte> TakeElement()
    {
        ReadOnlySpan<byte> text = _rest;
        int at = 0;
        while (at < text.Length)
        {
            int hit = text[at..].IndexOfAny(Structure);
            if (hit < 0)
                break;
            at += hit;
            if (text[at] == ',')
            {
                _rest = text[(at + 1)..];
                return text[..at];
            }

            int length = EnclosedLength(text[at..]);
            at = length < 0 ? text.Length : at + length;
        }

        _rest = default;
        return text;
    }

    // What never ends swallows the rest of its line: whoever parses the element will refuse it.
    private readonly int EnclosedLength(ReadOnlySpan<byte> text)
    {
        if (text[0] == '"')
            return SipText.QuotedLength(text);
        if (text[0] == '(' && !_comments)
            return 1;
        int end = text.IndexOf(text[0] == '<' ? (byte)'>' : (byte)')');
        return end < 0 ? -1 : end + 1;
    }
}
