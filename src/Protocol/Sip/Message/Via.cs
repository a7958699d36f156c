// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>One Via value: <c>SIP/2.0/UDP host:port;branch=z9hG4bK…;rport</c> (RFC 3261 §20.42, RFC 3581).</summary>
/// <remarks>A view: it lives no longer than the bytes it was parsed from.</remarks>
internal ref struct Via
{
    // One reference and offsets into it: cheap to zero and to hand on.
    private (int Start, int Length) _transport;
    private (int Start, int Length) _host;
    private (int Start, int Length) _branch;
    private (int Start, int Length) _received;
    private (int Start, int Length) _maddr;
    private int _parametersStart;

    private Via(ReadOnlySpan<byte> text) => Text = text;

    /// <summary>What a branch of RFC 3261 begins with (§8.1.1.7).</summary>
    public static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    /// <summary>The whole value.</summary>
    public readonly ReadOnlySpan<byte> Text { get; }

    /// <summary>UDP, TCP, TLS, WS, … as written.</summary>
    public readonly ReadOnlySpan<byte> Transport => Slice(_transport);

    /// <summary>Host of sent-by, IPv6 without brackets.</summary>
    public readonly ReadOnlySpan<byte> Host => Slice(_host);

    /// <summary>True when the host stood in brackets.</summary>
    public bool IsIpv6 { readonly get; private set; }

    /// <summary>Port of sent-by, 0 when none is given.</summary>
    public int Port { readonly get; private set; }

    /// <summary>The branch; empty when there is none (RFC 2543).</summary>
    public readonly ReadOnlySpan<byte> Branch => Slice(_branch);

    /// <summary>True for a branch that identifies a transaction: the cookie and something behind it.</summary>
    public readonly bool HasRfc3261Branch => Branch.Length > MagicCookie.Length && Branch.StartsWith(MagicCookie);

    /// <summary>The received address without brackets; empty when there is none.</summary>
    public readonly ReadOnlySpan<byte> Received => Slice(_received);

    /// <summary>True when rport is present, with or without a value.</summary>
    public bool HasRport { readonly get; private set; }

    /// <summary>The value of rport, 0 when it has none.</summary>
    public int Rport { readonly get; private set; }

    /// <summary>The maddr parameter; empty when there is none.</summary>
    public readonly ReadOnlySpan<byte> Maddr => Slice(_maddr);

    /// <summary>The ttl parameter, −1 when there is none.</summary>
    public int Ttl { readonly get; private set; }

    /// <summary>All parameters.</summary>
    public readonly SipParameters Parameters => new(Text[_parametersStart..]);

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

        via = new Via(text)
        {
            IsIpv6 = isIpv6,
            Port = port,
            Ttl = -1,
            _parametersStart = semicolon < 0 ? text.Length : at + semicolon,
        };
        via._transport = via.RangeOf(transport);
        via._host = via.RangeOf(host);
        return via.TakeParameters();
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

    private bool TakeParameters()
    {
        SipParameters.Enumerator walk = Parameters.GetEnumerator();
        while (walk.MoveNext())
        {
            ReadOnlySpan<byte> name = walk.Current.Name;
            ReadOnlySpan<byte> value = walk.Current.Value;
            if (Is(name, "branch"u8))
                _branch = RangeOf(value);
            else if (Is(name, "received"u8))
                _received = RangeOf(value.Length > 2 && value[0] == '[' && value[^1] == ']' ? value[1..^1] : value);
            else if (Is(name, "rport"u8))
                TakeRport(value);
            else if (Is(name, "maddr"u8))
                _maddr = RangeOf(value);
            else if (Is(name, "ttl"u8) && SipText.TryParseUInt(value, out uint ttl) && ttl <= 255)
                Ttl = (int)ttl;
        }

        return !walk.IsMalformed;
    }

    private void TakeRport(ReadOnlySpan<byte> value)
    {
        uint port = 0;
        HasRport = value.IsEmpty || (SipText.TryParseUInt(value, out port) && port <= 65535);
        Rport = HasRport ? (int)port : 0;
    }

    private readonly (int Start, int Length) RangeOf(ReadOnlySpan<byte> part) => Text.Overlaps(part, out int at) ? (at, part.Length) : default;

    private readonly ReadOnlySpan<byte> Slice((int Start, int Length) range) => Text.Slice(range.Start, range.Length);

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        name.Length == expected.Length && SipText.EqualsIgnoreCase(name, expected);
}
