// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Verification;

/// <summary>A SIP URI as the address of somebody: whom it names, without how to get there.</summary>
internal static class SipAddress
{
    private const int Longest = 300;

    /// <summary>True for what <see cref="Of"/> gives, but nothing.</summary>
    public static bool IsAddress(string text) => text.Length is > 4 and <= Longest && text.StartsWith("sip:", StringComparison.Ordinal) && text.All(IsPrintable);

    /// <summary><c>SIPS:Bob@Example.ORG:5061;transport=tls</c> and <c>sip:Bob@example.org</c> are one: scheme, parameters, password and usual ports say nothing of a person, nor does the spelling <c>%42ob@example.org.</c></summary>
    /// <param name="uri">Ours or the peer's, as a message has it.</param>
    /// <returns>Printable ASCII without spaces, what is none escaped, at most 300 characters; empty when it is longer, or names nobody.</returns>
    public static string Of(string uri)
    {
        var rest = uri.Trim();
        var isSips = rest.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
        rest = isSips ? rest[5..] : rest.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) ? rest[4..] : rest;
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? "" : Spelled(rest[..at].Split(':')[0]) + "@";
        var host = rest[(at + 1)..].Split(';', '?')[0].ToLowerInvariant();
        var usual = isSips ? ":5061" : ":5060";
        if (host.EndsWith(usual, StringComparison.Ordinal)) host = host[..^usual.Length];
        host = host.TrimEnd('.');
        var address = Escaped("sip:" + user + host);
        return host.Length > 0 && IsAddress(address) ? address : "";
    }

    // What need not be escaped is not, and what must be is so with capitals (RFC 3261 §19.1.4: both spellings name one user).
    private static string Spelled(string user)
    {
        if (!user.Contains('%', StringComparison.Ordinal)) return user;
        var spelled = new StringBuilder();
        for (var i = 0; i < user.Length; i++)
        {
            if (user[i] != '%' || i + 2 >= user.Length || !byte.TryParse(user.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                spelled.Append(user[i]);
                continue;
            }

            spelled.Append(IsUnreserved((char)code) ? (char)code : $"%{code:X2}");
            i += 2;
        }

        return spelled.ToString();
    }

    // RFC 3261 §25.1, unreserved and user-unreserved.
    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || "-_.!~*'()&=+$,;?/".Contains(c, StringComparison.Ordinal);

    /// <summary>Somebody without an account, named by where they are: of <c>sip:bob@192.0.2.7:54321</c> the rest without its port, of <c>sip:bob@example.org</c> null.</summary>
    /// <param name="address">As <see cref="Of"/> gives it.</param>
    public static string? WithoutPort(string address)
    {
        var host = address.LastIndexOf('@') is var at and >= 0 ? at + 1 : "sip:".Length;
        var end = address.LastIndexOf(':') is var colon && colon > Math.Max(host - 1, address.LastIndexOf(']')) ? colon : address.Length;
        return end > host && System.Net.IPAddress.TryParse(address[host..end].Trim('[', ']'), out _) ? address[..end] : null;
    }

    private static bool IsPrintable(char c) => c is > ' ' and < (char)127;

    private static string Escaped(string text)
    {
        if (text.All(IsPrintable)) return text;
        var escaped = new StringBuilder();
        foreach (var one in Encoding.UTF8.GetBytes(text))
            escaped.Append(IsPrintable((char)one) ? ((char)one).ToString() : $"%{one:X2}");
        return escaped.ToString();
    }
}
