// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Verification;

/// <summary>A SIP URI as the address of somebody: whom it names, without how to get there.</summary>
internal static class SipAddress
{
    private const int Longest = 300;

    /// <summary>True for what <see cref="Of"/> gives, but nothing.</summary>
    public static bool IsAddress(string text) => text.Length is > 4 and <= Longest && text.StartsWith("sip:", StringComparison.Ordinal) && text.All(IsPrintable);

    /// <summary><c>SIPS:Bob@Example.ORG:5061;transport=tls</c> and <c>sip:Bob@example.org</c> are one: scheme, parameters, password and usual ports say nothing of a person.</summary>
    /// <param name="uri">Ours or the peer's, as a message has it.</param>
    /// <returns>Printable ASCII without spaces, what is none escaped, at most 300 characters; empty when it is longer, or names nobody.</returns>
    public static string Of(string uri)
    {
        var rest = uri.Trim();
        var isSips = rest.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
        rest = isSips ? rest[5..] : rest.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) ? rest[4..] : rest;
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? "" : rest[..at].Split(':')[0] + "@";
        var host = rest[(at + 1)..].Split(';', '?')[0].ToLowerInvariant();
        var usual = isSips ? ":5061" : ":5060";
        if (host.EndsWith(usual, StringComparison.Ordinal)) host = host[..^usual.Length];
        var address = Escaped("sip:" + user + host);
        return host.Length > 0 && IsAddress(address) ? address : "";
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
