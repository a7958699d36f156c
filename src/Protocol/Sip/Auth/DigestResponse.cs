// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>The answer to a challenge: the value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760).</summary>
internal static class DigestResponse
{
    /// <summary>Writes it.</summary>
    /// <param name="challenge">What the server asked for.</param>
    /// <param name="credentials">Who we are.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">Its Request-URI, as it is written there.</param>
    /// <param name="body">Its body: part of what is proven where the server takes nothing less (<c>auth-int</c>).</param>
    /// <param name="cnonce">Random, and the same as long as the nonce is.</param>
    /// <param name="count">How often the nonce has been answered, this time included.</param>
    public static string Write(DigestChallenge challenge, SipCredentials credentials, string method, string uri, ReadOnlySpan<byte> body, string cnonce, uint count)
    {
        string? qop = challenge.TakesAuth ? "auth" : challenge.TakesAuthInt ? "auth-int" : null;
        string nonceCount = count.ToString("x8", CultureInfo.InvariantCulture);
        var hash = challenge.Algorithm;
        string first = hash.Hash($"{credentials.Username}:{challenge.Realm}:{credentials.Password}");
        if (challenge.IsSession)
            first = hash.Hash($"{first}:{challenge.Nonce}:{cnonce}");
        string second = hash.Hash(qop == "auth-int" ? $"{method}:{uri}:{hash.Hash(body)}" : $"{method}:{uri}");
        string response = hash.Hash(qop is null ? $"{first}:{challenge.Nonce}:{second}" : $"{first}:{challenge.Nonce}:{nonceCount}:{cnonce}:{qop}:{second}");

        var text = new StringBuilder($"Digest username={Quoted(credentials.Username)}, realm={Quoted(challenge.Realm)}, nonce={Quoted(challenge.Nonce)}");
        text.Append(CultureInfo.InvariantCulture, $", uri=\"{uri}\", response=\"{response}\", algorithm={hash.Name()}{(challenge.IsSession ? "-sess" : "")}");
        if (qop is not null || challenge.IsSession)
            text.Append(CultureInfo.InvariantCulture, $", cnonce=\"{cnonce}\"");
        if (qop is not null)
            text.Append(CultureInfo.InvariantCulture, $", qop={qop}, nc={nonceCount}");
        if (challenge.Opaque is { } opaque)
            text.Append(CultureInfo.InvariantCulture, $", opaque={Quoted(opaque)}");
        return text.ToString();
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
