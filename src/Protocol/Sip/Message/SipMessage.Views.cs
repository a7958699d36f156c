// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <content>Typed views of header fields, parsed when they are asked for.</content>
internal sealed partial class SipMessage
{
    /// <summary>The Call-ID; empty when it is missing.</summary>
    public ReadOnlySpan<byte> CallId => this[SipHeader.CallId];

    /// <summary>The tag of From; empty when there is none. Kept by the parser, as every message is matched by it.</summary>
    public ReadOnlySpan<byte> FromTag => Slice(_fromTag);

    /// <summary>The tag of To; empty when there is none. Kept by the parser.</summary>
    public ReadOnlySpan<byte> ToTag => Slice(_toTag);

    /// <summary>The Request-URI in parts.</summary>
    public bool TryGetRequestUri(out SipUriView uri) => SipUriView.TryParse(RequestUriText, out uri);

    /// <summary>The first Via value.</summary>
    public bool TryGetTopVia(out Via via)
    {
        via = default;
        SipValues values = Values(SipHeader.Via);
        return values.MoveNext() && Via.TryParse(values.Current, out via);
    }

    /// <summary>From.</summary>
    public bool TryGetFrom(out NameAddress from) => NameAddress.TryParse(this[SipHeader.From], out from);

    /// <summary>To.</summary>
    public bool TryGetTo(out NameAddress to) => NameAddress.TryParse(this[SipHeader.To], out to);

    /// <summary>CSeq.</summary>
    public bool TryGetCSeq(out CSeq cseq) => CSeq.TryParse(this[SipHeader.CSeq], out cseq);

    /// <summary>The first value of Contact, Route, Record-Route, Refer-To, … as an address. False when it is absent, malformed or <c>*</c>.</summary>
    public bool TryGetAddress(SipHeader header, out NameAddress address)
    {
        address = default;
        SipValues values = Values(header);
        return values.MoveNext() && NameAddress.TryParse(values.Current, out address);
    }

    /// <summary>The first Contact.</summary>
    public bool TryGetContact(out NameAddress contact) => TryGetAddress(SipHeader.Contact, out contact);

    /// <summary>True when Contact is <c>*</c>: REGISTER removes every binding (§10.2.2).</summary>
    public bool ContactIsStar => this[SipHeader.Contact].SequenceEqual("*"u8);

    /// <summary>A header field that holds one number: Max-Forwards, Expires, Min-Expires, RSeq, … Values beyond 32 bits saturate.</summary>
    public bool TryGetNumber(SipHeader header, out uint value)
    {
        value = 0;
        return TryGet(header, out ReadOnlySpan<byte> text) && SipText.TryParseUInt(text, out value);
    }

    /// <summary>Retry-After (§20.33) in seconds, its comment and parameters aside.</summary>
    public bool TryGetRetryAfter(out uint seconds)
    {
        ReadOnlySpan<byte> text = this[SipHeader.RetryAfter];
        int end = 0;
        while (end < text.Length && text[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        return SipText.TryParseUInt(text[..end], out seconds);
    }

    /// <summary>Date (§20.17): only GMT is allowed, anything else counts as absent.</summary>
    public bool TryGetDate(out DateTimeOffset date)
    {
        date = default;
        return TryGet(SipHeader.Date, out ReadOnlySpan<byte> text)
            && System.Buffers.Text.Utf8Parser.TryParse(text, out date, out int used, 'R')
            && used == text.Length;
    }

    /// <summary>Content-Type (§20.15).</summary>
    public bool TryGetContentType(out MediaType type)
    {
        type = default;
        return TryGet(SipHeader.ContentType, out ReadOnlySpan<byte> text) && MediaType.TryParse(text, out type);
    }

    /// <summary>True when a list of tokens (Supported, Require, Allow, …) names this one, case aside.</summary>
    public bool Lists(SipHeader header, ReadOnlySpan<byte> token)
    {
        foreach (ReadOnlySpan<byte> value in Values(header))
        {
            if (SipText.EqualsIgnoreCase(value, token))
                return true;
        }

        return false;
    }

    /// <summary>True when Allow names the method, exactly; false without an Allow.</summary>
    public bool Allows(SipMethod method)
    {
        foreach (ReadOnlySpan<byte> value in Values(SipHeader.Allow))
        {
            if (value.SequenceEqual(method.Name()))
                return true;
        }

        return false;
    }
}
