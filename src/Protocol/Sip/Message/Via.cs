// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>One Via value: <c>SIP/2.0/UDP host:port;branch=z9hG4bK…;rport</c> (RFC 3261 §20.42, RFC 3581).</summary>
/// <remarks>A view: it lives no longer than the bytes it was parsed from.</remarks>
internal readonly ref struct Via
{
    private Via(ReadOnlySpan<byte> text) => Text = text;

    /// <summary>What a branch of RFC 3261 begins with (§8.1.1.7).</summary>
    public static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    /// <summary>The whole value.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>UDP, TCP, TLS, WS, … as written.</summary>
    public ReadOnlySpan<byte> Transport { get; private init; }

    /// <summary>Host of sent-by, IPv6 without brackets.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>True when the host stood in brackets.</summary>
    public bool IsIpv6 { get; private init; }

    /// <summary>Port of sent-by, 0 when none is given.</summary>
    public int Port { get; private init; }

    /// <summary>The branch; empty when there is none (RFC 2543).</summary>
    public ReadOnlySpan<byte> Branch { get; private init; }

    /// <summary>True for a branch that identifies a transaction: the cookie and something behind it.</summary>
    public bool HasRfc3261Branch => Branch.Length > MagicCookie.Length && Branch.StartsWith(MagicCookie);

    /// <summary>The received address without brackets; empty when there is none.</summary>
    public ReadOnlySpan<byte> Received { get; private init; }

    /// <summary>True when rport is present, with or without a value.</summary>
    public bool HasRport { get; private init; }

    /// <summary>The value of rport, 0 when it has none.</summary>
    public int Rport { get; private init; }

    /// <summary>The maddr parameter; empty when there is none.</summary>
    public ReadOnlySpan<byte> Maddr { get; private init; }

    /// <summary>The ttl parameter, −1 when there is none.</summary>
    public int Ttl { get; private init; }

    /// <summary>All parameters.</summary>
    public SipParameters Parameters { get; private init; }

    /// <summary>Parses one value (no list).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Via via)
    {
        via = default;
        text = SipText.Trim(text);
        if (!TakeProtocol(text, out ReadOnlySpan<byte> transport, out int at))
            return false;

        ReadOnlySpan<byte> rest = text[at..];
        int semicolon = rest.IndexOf((byte)';');
        ReadOnlySpan<byte> sentBy = SipText.Trim(semicolon < 0 ? rest : rest[..semicolon]);
        if (!SipUriView.TryParseHostPort(sentBy, out ReadOnlySpan<byte> host, out bool isIpv6, out int port))
            return false;

        var parameters = new SipParameters(semicolon < 0 ? default : rest[semicolon..]);
        var start = new Via(text) { Transport = transport, Host = host, IsIpv6 = isIpv6, Port = port, Parameters = parameters };
        return TakeParameters(start, out via);
    }

    // SIP / 2.0 / UDP, with white space around the slashes where someone wanted it.
    private static bool TakeProtocol(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> transport, out int at)
    {
        at = 0;
        transport = default;
        if (text.StartsWith("SIP/2.0/"u8))
            at = 8;
        else if (!Take(text, ref at, "SIP"u8) || !Take(text, ref at, "/"u8) || !Take(text, ref at, "2.0"u8) || !Take(text, ref at, "/"u8))
            return false;

        int length = SipText.TokenLength(text[at..]);
        transport = text.Slice(at, length);
        int afterToken = at + length;
        at = SkipSpace(text, afterToken);
        return length > 0 && at > afterToken && at < text.Length;
    }

    private static bool Take(ReadOnlySpan<byte> text, ref int at, ReadOnlySpan<byte> expected)
    {
        if (text.Length - at < expected.Length || !SipText.EqualsIgnoreCase(text.Slice(at, expected.Length), expected))
            return false;
        at = SkipSpace(text, at + expected.Length);
        return true;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && SipText.IsSpace(text[at]))
            at++;
        return at;
    }

    private static bool TakeParameters(scoped in Via start, out Via via)
    {
        ReadOnlySpan<byte> branch = default, received = default, maddr = default;
        bool hasRport = false;
        uint rport = 0, ttl = 0;
        bool hasTtl = false;
        SipParameters.Enumerator walk = start.Parameters.GetEnumerator();
        while (walk.MoveNext())
        {
            ReadOnlySpan<byte> name = walk.Current.Name;
            ReadOnlySpan<byte> value = walk.Current.Value;
            if (Is(name, "branch"u8))
                branch = value;
            else if (Is(name, "received"u8))
                received = value.Length > 2 && value[0] == '[' && value[^1] == ']' ? value[1..^1] : value;
            else if (Is(name, "rport"u8))
                hasRport = value.IsEmpty || (SipText.TryParseUInt(value, out rport) && rport <= 65535);
            else if (Is(name, "maddr"u8))
                maddr = value;
            else if (Is(name, "ttl"u8))
                hasTtl = SipText.TryParseUInt(value, out ttl) && ttl <= 255;
        }

        via = new Via(start.Text)
        {
            Transport = start.Transport,
            Host = start.Host,
            IsIpv6 = start.IsIpv6,
            Port = start.Port,
            Parameters = start.Parameters,
            Branch = branch,
            Received = received,
            HasRport = hasRport,
            Rport = hasRport ? (int)rport : 0,
            Maddr = maddr,
            Ttl = hasTtl ? (int)ttl : -1,
        };
        return !walk.IsMalformed;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        name.Length == expected.Length && SipText.EqualsIgnoreCase(name, expected);
}
