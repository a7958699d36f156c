// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The value of CSeq: a number below 2³¹ and a method (RFC 3261 §20.16).</summary>
internal readonly ref struct CSeq(uint number, SipMethod method, ReadOnlySpan<byte> methodName)
{
    /// <summary>The sequence number.</summary>
    public uint Number { get; } = number;

    /// <summary>The method.</summary>
    public SipMethod Method { get; } = method;

    /// <summary>The method as written.</summary>
    public ReadOnlySpan<byte> MethodName { get; } = methodName;

    /// <summary>Parses the value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out CSeq cseq)
    {
        cseq = default;
        text = SipText.Trim(text);
        int space = text.IndexOfAny(" \t\r\n"u8);
        if (space <= 0 || !SipText.TryParseUInt(text[..space], out uint number) || number >= 1u << 31)
            return false;
        ReadOnlySpan<byte> name = SipText.TrimStart(text[space..]);
        cseq = new CSeq(number, SipMethods.Parse(name), name);
        return SipText.IsToken(name);
    }
}
