// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>When two URIs name the same resource (RFC 3261 §19.1.4, with the escaping rule of its errata).</summary>
internal static class SipUriComparison
{
    /// <summary>Compares sip and sips by the rules of §19.1.4, tel and other schemes byte by byte with the scheme's case aside.</summary>
    public static bool AreEqual(in SipUriView a, in SipUriView b)
    {
        if (a.Scheme != b.Scheme)
            return false;
        if (!a.IsSip)
        {
            return SipText.EqualsIgnoreCase(a.SchemeText, b.SchemeText)
                && a.Text[a.SchemeText.Length..].SequenceEqual(b.Text[b.SchemeText.Length..]);
        }

        return EqualText(a.User, b.User, ignoreCase: false)
            && EqualText(a.Password, b.Password, ignoreCase: false)
            && SipText.EqualsIgnoreCase(a.Host, b.Host)
            && a.IsIpv6 == b.IsIpv6
            && a.Port == b.Port
            && ParametersMatch(a.Parameters, b.Parameters)
            && ParametersMatch(b.Parameters, a.Parameters)
            && HeadersMatch(a.Headers, b.Headers)
            && HeadersMatch(b.Headers, a.Headers);
    }

    // An escaped reserved character is not the character itself (%3B is not ;), an escaped unreserved one is.
    internal static bool EqualText(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, bool ignoreCase)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            byte x = SipEscaping.NextByte(a, out int usedA, out bool escapedA);
            byte y = SipEscaping.NextByte(b, out int usedB, out bool escapedB);
            if (ignoreCase)
            {
                x = Lower(x);
                y = Lower(y);
            }

            if (x != y || (escapedA != escapedB && IsReserved(x)))
                return false;
            a = a[usedA..];
            b = b[usedB..];
        }

        return a.IsEmpty && b.IsEmpty;
    }

    private static bool ParametersMatch(SipParameters ours, SipParameters theirs)
    {
        foreach (SipParameter parameter in ours)
        {
            if (TryFind(theirs, parameter.Name, out ReadOnlySpan<byte> other))
            {
                if (!EqualText(parameter.Value, other, ignoreCase: true))
                    return false;
            }
            else if (MustBeInBoth(parameter.Name))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryFind(SipParameters parameters, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (SipParameter parameter in parameters)
        {
            if (EqualText(parameter.Name, name, ignoreCase: true))
            {
                value = parameter.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    // §19.1.4: user, ttl, method and maddr never match their absence; transport does not either, as it names another resource.
    private static bool MustBeInBoth(ReadOnlySpan<byte> name) =>
        EqualText(name, "user"u8, true) || EqualText(name, "ttl"u8, true) || EqualText(name, "method"u8, true)
        || EqualText(name, "maddr"u8, true) || EqualText(name, "transport"u8, true);

    private static bool HeadersMatch(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        while (TakeHeader(ref ours, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            ReadOnlySpan<byte> rest = theirs;
            bool found = false;
            while (!found && TakeHeader(ref rest, out ReadOnlySpan<byte> otherName, out ReadOnlySpan<byte> otherValue))
                found = EqualText(name, otherName, ignoreCase: true) && EqualText(value, otherValue, ignoreCase: false);
            if (!found)
                return false;
        }

        return true;
    }

    private static bool TakeHeader(ref ReadOnlySpan<byte> headers, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        int end = headers.IndexOf((byte)'&');
        ReadOnlySpan<byte> pair = end < 0 ? headers : headers[..end];
        headers = end < 0 ? default : headers[(end + 1)..];
        int equal = pair.IndexOf((byte)'=');
        name = equal < 0 ? pair : pair[..equal];
        value = equal < 0 ? default : pair[(equal + 1)..];
        return !pair.IsEmpty;
    }

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;

    private static bool IsReserved(byte b) => b is (byte)';' or (byte)'/' or (byte)'?' or (byte)':' or (byte)'@' or (byte)'&' or (byte)'='
        or (byte)'+' or (byte)'$' or (byte)',';
}
