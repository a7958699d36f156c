// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Stun;

/// <summary>Which STUN or TURN server, and how it is reached: a <c>stun:</c> URI (RFC 7064), or a <c>turn:</c> URI (RFC 7065) with name and password. Immutable.</summary>
/// <remarks>
/// <code>
///   turns:alice:secret@relay.example:443?transport=tcp
///   │     │     │      │             │    └ udp (of turn alone) or tcp
///   │     │     │      host or [IPv6]└ 3478, over TLS 5349
///   │     └ name and password: an addition of ours to the RFC, as in other URIs; %XX for what would end them
///   stun, stuns, turn or turns
/// </code>
/// The name ends at the first colon, the password at the last @: a colon in a name is %3A. Whoever keeps passwords off the command line
/// leaves it out and adds it <see cref="WithCredentials"/>. <see cref="ToString"/> shows neither.
/// </remarks>
internal sealed record StunServerUri
{
    private const int PlainPort = 3478;
    private const int TlsPort = 5349;
    private const int LongestText = 2048;
    private const int LongestHost = 253;

    // RFC 8489 §14.3, and as much for what it is signed with.
    private const int LongestCredential = 508;

    private StunServerUri(string host, ushort port) => (Host, Port) = (host, port);

    /// <summary>TURN: a relay is asked for. Else our address alone.</summary>
    public bool IsRelay { get; private init; }

    /// <summary>A name, or a numeric address without brackets.</summary>
    public string Host { get; }

    /// <summary>Where it listens.</summary>
    public ushort Port { get; }

    /// <summary>What carries packets there.</summary>
    public ServerTransport Transport { get; private init; }

    /// <summary>A connection rather than datagrams.</summary>
    public bool IsStream => Transport != ServerTransport.Udp;

    /// <summary>The account's name; null when none was said.</summary>
    public string? Username { get; private init; }

    /// <summary>The account's password; null when none was said.</summary>
    public string? Password { get; private init; }

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The URI; <c>HOST</c> or <c>HOST:PORT</c> alone means <c>stun:</c>.</param>
    /// <param name="server">What it says.</param>
    /// <param name="problem">What is wrong with it, in words for the person who wrote it; never the password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out StunServerUri? server, out string problem)
    {
        server = null;
        if (text.Length is 0 or > LongestText)
            return Wrong(text.Length == 0 ? "it is empty" : "it is too long", out problem);
        var rest = text.AsSpan();
        if (!TryTakeScheme(ref rest, out bool isRelay, out bool isSecure, out problem))
            return false;
        string? username = null, password = null;
        int at = rest.LastIndexOf('@');
        if (at >= 0 && !TryReadCredentials(rest[..at], isRelay, out username, out password, out problem))
            return false;
        rest = rest[(at + 1)..];
        if (!TryTakeTransport(ref rest, isRelay, isSecure, out var transport, out problem)
            || !TryReadHost(rest, isSecure ? TlsPort : PlainPort, out string host, out ushort port, out problem))
            return false;
        server = new(host, port) { IsRelay = isRelay, Transport = transport, Username = username, Password = password };
        return true;
    }

    /// <summary>The same server with an account.</summary>
    public StunServerUri WithCredentials(string username, string password) => this with { Username = username, Password = password };

    /// <summary>Without name and password: for people, logs and events.</summary>
    public override string ToString()
    {
        bool isTls = Transport == ServerTransport.Tls;
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string port = Port == (isTls ? TlsPort : PlainPort) ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}");
        return $"{(IsRelay ? "turn" : "stun")}{(isTls ? "s" : "")}:{host}{port}{(Transport == ServerTransport.Tcp ? "?transport=tcp" : "")}";
    }

    private static bool TryTakeScheme(ref ReadOnlySpan<char> rest, out bool isRelay, out bool isSecure, out string problem)
    {
        problem = "";
        (isRelay, isSecure) = (false, false);
        int colon = rest.IndexOf(':');
        var scheme = colon < 0 ? default : rest[..colon];
        isRelay = Is(scheme, "turn") || Is(scheme, "turns");
        isSecure = Is(scheme, "stuns") || Is(scheme, "turns");
        if (isRelay || isSecure || Is(scheme, "stun"))
        {
            rest = rest[(colon + 1)..];
            if (rest.StartsWith("//"))
                return Wrong("there is no // behind the scheme (RFC 7065)", out problem);
        }
        else if (rest.ContainsAny('@', '?', '/'))
        {
            return Wrong("it begins with none of stun:, stuns:, turn: and turns:", out problem);
        }

        return true;
    }

    private static bool TryReadCredentials(ReadOnlySpan<char> text, bool isRelay, out string? username, out string? password, out string problem)
    {
        (username, password, problem) = (null, null, "");
        if (!isRelay)
            return Wrong("a STUN server takes no name and password here", out problem);
        int colon = text.IndexOf(':');
        if (!TryUnescape(colon < 0 ? text : text[..colon], out username) || (colon >= 0 && !TryUnescape(text[(colon + 1)..], out password)))
            return Wrong("a % in name or password is not followed by two hexadecimal digits, or stands for no text", out problem);
        if (username.Length == 0)
            return Wrong("there is no name before the @", out problem);
        bool isLong = Encoding.UTF8.GetByteCount(username) > LongestCredential || Encoding.UTF8.GetByteCount(password ?? "") > LongestCredential;
        return !isLong || Wrong("name or password are longer than 508 bytes", out problem);
    }

    private static bool TryTakeTransport(ref ReadOnlySpan<char> rest, bool isRelay, bool isSecure, out ServerTransport transport, out string problem)
    {
        problem = "";
        transport = isSecure ? ServerTransport.Tls : ServerTransport.Udp;
        int question = rest.IndexOf('?');
        if (question < 0)
            return true;
        var query = rest[(question + 1)..];
        rest = rest[..question];
        const string Name = "transport=";
        if (!isRelay || !query.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            return Wrong("behind the ? only transport=udp or transport=tcp may stand, and of turn alone", out problem);
        var named = query[Name.Length..];
        if (Is(named, "udp"))
            return !isSecure || Wrong("TURN over DTLS (turns: over UDP) is not spoken here: leave transport=udp out", out problem);
        if (!Is(named, "tcp"))
            return Wrong("the transport is neither udp nor tcp", out problem);
        transport = isSecure ? ServerTransport.Tls : ServerTransport.Tcp;
        return true;
    }

    private static bool TryReadHost(ReadOnlySpan<char> text, int usualPort, out string host, out ushort port, out string problem)
    {
        (host, port, problem) = ("", (ushort)usualPort, "");
        bool isBracketed = text.StartsWith('[');
        if (!isBracketed && text.Count(':') > 1)
            return Wrong("an IPv6 address stands in [ ]", out problem);
        int end = isBracketed ? text.IndexOf(']') + 1 : text.IndexOf(':') is >= 0 and var colon ? colon : text.Length;
        string name = text[..end].ToString();
        var behind = text[end..];
        bool isHost = isBracketed ? TryReadV6(name, out host) : IsHostName(host = name);
        if (!isHost)
            return Wrong(isBracketed ? "what stands in [ ] is not an IPv6 address" : "the host is neither a name nor an address", out problem);
        bool isPort = behind.IsEmpty || (behind[0] == ':' && ushort.TryParse(behind[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0);
        return isPort || Wrong("behind the host there is no port of 1 to 65535", out problem);
    }

    private static bool TryReadV6(string text, out string host)
    {
        host = "";
        if (text.Length < 2 || !text.Contains(':', StringComparison.Ordinal) || !TransportAddress.TryParse(text.AsSpan(1, text.Length - 2), 0, out var address))
            return false;
        host = address.ToIPAddress().ToString();
        return true;
    }

    // Names, and dotted quads in full: the short and octal forms of addresses lead to another host in each resolver.
    private static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LongestHost || text[0] is '.' or '-' || text.Contains("..", StringComparison.Ordinal))
            return false;
        bool isNumber = true;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                return false;
            isNumber &= char.IsAsciiDigit(c) || c == '.';
        }

        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return isNumber ? TransportAddress.TryParse(text, 0, out _) : !isHexadecimal;
    }

    private static bool TryUnescape(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? plain)
    {
        plain = null;
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                AddUtf8(bytes, text, ref i);
                continue;
            }

            if (i + 2 >= text.Length || !byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                return false;
            bytes.Add(value);
            i += 2;
        }

        // What is no Unicode became U+FFFD, by which nobody would be let in.
        plain = Encoding.UTF8.GetString([.. bytes]);
        return !plain.Any(c => c == Rune.ReplacementChar.Value || char.IsControl(c));
    }

    private static void AddUtf8(List<byte> bytes, ReadOnlySpan<char> text, ref int i)
    {
        Span<byte> one = stackalloc byte[4];
        Rune.DecodeFromUtf16(text[i..], out var rune, out int taken);
        bytes.AddRange(one[..rune.EncodeToUtf8(one)]);
        i += taken - 1;
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool Wrong(string why, out string problem)
    {
        problem = why;
        return false;
    }
}
