// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>What a server asks for: one WWW-Authenticate or Proxy-Authenticate header field (RFC 3261 §20.44, RFC 7616 §3.3).</summary>
internal sealed record DigestChallenge
{
    // What comes back with every request: no server needs more, and a datagram has no room for it.
    private const int LongestValue = 512;

    /// <summary>Whose users are asked.</summary>
    public required string Realm { get; init; }

    /// <summary>What the answer has to hold.</summary>
    public required string Nonce { get; init; }

    /// <summary>Sent back as it came; null when there was none.</summary>
    public string? Opaque { get; init; }

    /// <summary>The hash function.</summary>
    public DigestAlgorithm Algorithm { get; init; }

    /// <summary>The key is hashed with both nonces (<c>-sess</c>).</summary>
    public bool IsSession { get; init; }

    /// <summary>It takes <c>qop=auth</c>.</summary>
    public bool TakesAuth { get; init; }

    /// <summary>It takes <c>qop=auth-int</c>: the body is part of what is proven.</summary>
    public bool TakesAuthInt { get; init; }

    /// <summary>The nonce was too old, the password right.</summary>
    public bool IsStale { get; init; }

    /// <summary>Reads one; false for other schemes, for hash functions that are not known, for what offers only protections that are not known, and for what is broken.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DigestChallenge? challenge)
    {
        challenge = null;
        text = SipText.Trim(text);
        int space = SipText.TokenLength(text);
        if (!SipText.EqualsIgnoreCase(text[..space], "Digest"u8) || space == text.Length || !SipText.IsSpace(text[space]))
            return false;
        string? realm = null, nonce = null, opaque = null, algorithm = null, qop = null;
        bool isStale = false;
        var rest = text[space..];
        while (TryTakeParameter(ref rest, out var name, out string value))
        {
            if (SipText.EqualsIgnoreCase(name, "realm"u8)) realm ??= value;
            else if (SipText.EqualsIgnoreCase(name, "nonce"u8)) nonce ??= value;
            else if (SipText.EqualsIgnoreCase(name, "opaque"u8)) opaque ??= value;
            else if (SipText.EqualsIgnoreCase(name, "algorithm"u8)) algorithm ??= value;
            else if (SipText.EqualsIgnoreCase(name, "qop"u8)) qop ??= value;
            else if (SipText.EqualsIgnoreCase(name, "stale"u8)) isStale |= value.Equals("true", StringComparison.OrdinalIgnoreCase);
        }

        if (!SipText.Trim(rest).IsEmpty || realm is null || nonce is null || !TryAlgorithm(algorithm, out var function, out bool isSession))
            return false;
        string[] qops = qop?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        challenge = new()
        {
            Realm = realm,
            Nonce = nonce,
            Opaque = opaque,
            Algorithm = function,
            IsSession = isSession,
            TakesAuth = qops.Contains("auth", StringComparer.OrdinalIgnoreCase),
            TakesAuthInt = qops.Contains("auth-int", StringComparer.OrdinalIgnoreCase),
            IsStale = isStale,
        };
        return qops.Length == 0 || challenge.TakesAuth || challenge.TakesAuthInt;
    }

    private static bool TryAlgorithm(string? name, out DigestAlgorithm algorithm, out bool isSession)
    {
        isSession = name is not null && name.EndsWith("-sess", StringComparison.OrdinalIgnoreCase);
        string function = (isSession ? name![..^"-sess".Length] : name ?? "MD5").ToUpperInvariant();
        algorithm = function == "SHA-256" ? DigestAlgorithm.Sha256 : DigestAlgorithm.Md5;
        return function is "MD5" or "SHA-256";
    }

    // name=token or name="quoted", behind a comma but for the first. What is left is the fault, when there is one.
    private static bool TryTakeParameter(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out string value)
    {
        name = default;
        value = "";
        var text = SipText.TrimStart(rest);
        while (!text.IsEmpty && text[0] == ',')
            text = SipText.TrimStart(text[1..]);
        rest = text;
        name = text[..SipText.TokenLength(text)];
        text = SipText.TrimStart(text[name.Length..]);
        if (name.IsEmpty || text.IsEmpty || text[0] != '=')
            return false;
        text = SipText.TrimStart(text[1..]);
        int length = !text.IsEmpty && text[0] == '"' ? SipText.QuotedLength(text) : TokenLength(text);
        if (length <= 0 || length > LongestValue)
            return false;
        value = SipText.Unquote(text[..length]);
        rest = text[length..];
        return !value.Any(char.IsControl);
    }

    // Some servers leave the quotes of a nonce away, though it has characters that a token has not.
    private static int TokenLength(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny(", \t\r\n"u8);
        return end < 0 ? text.Length : end;
    }
}
