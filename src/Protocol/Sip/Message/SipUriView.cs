// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>What a URI's scheme means to us.</summary>
internal enum SipUriScheme : byte
{
    /// <summary>Any other scheme: only <see cref="SipUriView.SchemeText"/> and the text are known.</summary>
    Other,
    Sip,
    Sips,
    Tel,
}

/// <summary>A URI as it stands in a message (RFC 3261 §19.1, tel: RFC 3966).</summary>
/// <remarks>
/// <code>
/// sip : user : password @ host : port ;parameters ?headers
/// </code>
/// A view: it lives no longer than the bytes it was parsed from. Escapes stay as written; see <see cref="SipUri"/> to keep one.
/// </remarks>
internal readonly ref struct SipUriView
{
    private static readonly SearchValues<byte> SchemeBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."u8);

    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"u8);

    private static readonly SearchValues<byte> Ipv6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    // Outside of these, a byte must be escaped wherever it stands in a URI.
    private static readonly SearchValues<byte> NeverRaw = SearchValues.Create([.. Enumerable.Range(0, 33).Select(i => (byte)i), (byte)'<', (byte)'>', (byte)'"', 127]);

    // One reference and offsets into it: such a struct is cheap to zero and to hand on, a bundle of spans is not.
    private readonly int _schemeLength;
    private int UserLength { get; init; }
    private int PasswordStart { get; init; }
    private int PasswordLength { get; init; }
    private int HostStart { get; init; }
    private int HostLength { get; init; }
    private int ParametersStart { get; init; }
    private int ParametersLength { get; init; }

    private SipUriView(ReadOnlySpan<byte> text, SipUriScheme scheme, int schemeLength)
    {
        Text = text;
        Scheme = scheme;
        _schemeLength = schemeLength;
    }

    /// <summary>The whole URI.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The scheme, classified.</summary>
    public SipUriScheme Scheme { get; }

    /// <summary>The scheme as written.</summary>
    public ReadOnlySpan<byte> SchemeText => Text[.._schemeLength];

    /// <summary>True for sip and sips.</summary>
    public bool IsSip => Scheme is SipUriScheme.Sip or SipUriScheme.Sips;

    /// <summary>The user part with its escapes; for tel the number; empty when there is none.</summary>
    public ReadOnlySpan<byte> User => UserLength == 0 ? default : Text.Slice(_schemeLength + 1, UserLength);

    /// <summary>The password with its escapes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Password => Text.Slice(PasswordStart, PasswordLength);

    /// <summary>Host name or address, IPv6 without its brackets.</summary>
    public ReadOnlySpan<byte> Host => Text.Slice(HostStart, HostLength);

    /// <summary>True when the host stands in brackets.</summary>
    public bool IsIpv6 { get; private init; }

    /// <summary>The port, 0 when none is given.</summary>
    public int Port { get; private init; }

    /// <summary>URI parameters.</summary>
    public SipParameters Parameters => new(Text.Slice(ParametersStart, ParametersLength));

    /// <summary>What follows the question mark; empty when there is none.</summary>
    public ReadOnlySpan<byte> Headers => HeadersStart == 0 ? default : Text[HeadersStart..];

    private int HeadersStart { get; init; }

    /// <summary>Parses one URI without angle brackets. False when sip, sips or tel is malformed, or when there is no scheme.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUriView uri)
    {
        uri = default;
        int schemeLength = text.StartsWith("sip:"u8) ? 3 : text.IndexOfAnyExcept(SchemeBytes);
        if (schemeLength <= 0 || text[schemeLength] != ':' || schemeLength + 1 == text.Length || text.ContainsAny(NeverRaw))
            return false;

        SipUriScheme scheme = Classify(text[..schemeLength]);
        return scheme switch
        {
            SipUriScheme.Other => Opaque(text, schemeLength, out uri),
            SipUriScheme.Tel => Tel(text, out uri),
            _ => Sip(text, scheme, schemeLength, out uri),
        };
    }

    /// <summary>Compares two URIs by RFC 3261 §19.1.4; schemes other than sip and sips byte by byte.</summary>
    public static bool AreEqual(in SipUriView a, in SipUriView b) => SipUriComparison.AreEqual(a, b);

    /// <summary>The user part with its escapes undone. Allocates.</summary>
    public string UserString() => SipEscaping.Decode(User);

    /// <summary>The host as a string. Allocates.</summary>
    public string HostString() => Encoding.UTF8.GetString(Host);

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Text);

    /// <summary>Splits <c>host:port</c> or <c>[v6]:port</c>; shared with Via's sent-by. The whole text must be used.</summary>
    internal static bool TryParseHostPort(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> host, out bool isIpv6, out int port)
    {
        host = default;
        port = 0;
        isIpv6 = !text.IsEmpty && text[0] == '[';
        int end;
        if (isIpv6)
        {
            int close = text.IndexOf((byte)']');
            if (close < 3 || text[1..close].ContainsAnyExcept(Ipv6Bytes))
                return false;
            host = text[1..close];
            end = close + 1;
        }
        else
        {
            end = text.IndexOfAnyExcept(HostBytes);
            if (end < 0)
                end = text.Length;
            if (end == 0)
                return false;
            host = text[..end];
        }

        ReadOnlySpan<byte> rest = SipText.TrimStart(text[end..]);
        if (rest.IsEmpty)
            return true;
        if (rest[0] != ':' || !SipText.TryParseUInt(SipText.TrimStart(rest[1..]), out uint number) || number is 0 or > 65535)
            return false;
        port = (int)number;
        return true;
    }

    private static SipUriScheme Classify(ReadOnlySpan<byte> scheme) => scheme.Length switch
    {
        3 when SipText.EqualsIgnoreCase(scheme, "sip"u8) => SipUriScheme.Sip,
        3 when SipText.EqualsIgnoreCase(scheme, "tel"u8) => SipUriScheme.Tel,
        4 when SipText.EqualsIgnoreCase(scheme, "sips"u8) => SipUriScheme.Sips,
        _ => SipUriScheme.Other,
    };

    private static bool Opaque(ReadOnlySpan<byte> text, int schemeLength, out SipUriView uri)
    {
        uri = new SipUriView(text, SipUriScheme.Other, schemeLength);
        return true;
    }

    private static bool Tel(ReadOnlySpan<byte> text, out SipUriView uri)
    {
        int semicolon = text.IndexOf((byte)';');
        int end = semicolon < 0 ? text.Length : semicolon;
        uri = new SipUriView(text, SipUriScheme.Tel, 3)
        {
            UserLength = end - 4,
            ParametersStart = end,
            ParametersLength = text.Length - end,
        };
        return end > 4 && AreWellFormed(uri.Parameters);
    }

    private static bool Sip(ReadOnlySpan<byte> text, SipUriScheme scheme, int schemeLength, out SipUriView uri)
    {
        uri = default;
        int userStart = schemeLength + 1;
        int userEnd = userStart;
        int passwordStart = 0;
        int passwordLength = 0;
        int hostStart = userStart;

        // An unescaped @ can only end the user part, which itself may hold ; ? and /: so it is looked for first.
        int at = text.IndexOf((byte)'@');
        if (at >= 0)
        {
            hostStart = at + 1;
            int colon = text[userStart..at].IndexOf((byte)':');
            userEnd = colon < 0 ? at : userStart + colon;
            if (userEnd == userStart)
                return false;
            passwordStart = colon < 0 ? 0 : userEnd + 1;
            passwordLength = colon < 0 ? 0 : at - passwordStart;
        }

        ReadOnlySpan<byte> rest = text[hostStart..];
        int end = text.Length;
        int headersStart = 0;
        int semicolon = rest.IndexOfAny((byte)';', (byte)'?');
        int question = semicolon < 0 ? -1 : rest[semicolon..].IndexOf((byte)'?');
        if (question >= 0)
        {
            end = hostStart + semicolon + question;
            headersStart = end + 1;
            if (headersStart == text.Length || text[headersStart..].Contains((byte)'@'))
                return false;
        }

        int hostEnd = semicolon < 0 ? end : hostStart + semicolon;
        if (!TryParseHostPort(text[hostStart..hostEnd], out ReadOnlySpan<byte> host, out bool isIpv6, out int port)
            || !AreWellFormed(new SipParameters(text[hostEnd..end])))
        {
            return false;
        }

        uri = new SipUriView(text, scheme, schemeLength)
        {
            UserLength = userEnd - userStart,
            PasswordStart = passwordStart,
            PasswordLength = passwordLength,
            HostStart = isIpv6 ? hostStart + 1 : hostStart,
            HostLength = host.Length,
            IsIpv6 = isIpv6,
            Port = port,
            ParametersStart = hostEnd,
            ParametersLength = end - hostEnd,
            HeadersStart = headersStart,
        };
        return true;
    }

    private static bool AreWellFormed(SipParameters parameters)
    {
        if (parameters.IsEmpty)
            return true;
        SipParameters.Enumerator walk = parameters.GetEnumerator();
        while (walk.MoveNext())
        {
        }

        return !walk.IsMalformed;
    }
}
