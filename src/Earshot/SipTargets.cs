// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>Reads what a user calls.</summary>
internal static class SipTargets
{
    /// <summary>Checks the URI and adds the transport that the phone is set to.</summary>
    /// <exception cref="ArgumentException">It is no SIP URI; the message says what to write.</exception>
    public static string Parse(string target, SipTransportChoice transport)
    {
        ArgumentNullException.ThrowIfNull(target);
        var uri = target.Trim();
        // A link on a web page may carry header fields (sip:bob@example.org?subject=…): none may stand in a Request-URI (RFC 3261 §19.1.1).
        if (uri.IndexOf('?', Math.Max(0, uri.LastIndexOf('@'))) is >= 0 and var question) uri = uri[..question];
        var isSips = uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
        if (!(isSips || uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase)) || HostOf(uri).Length == 0 || uri.Any(c => char.IsControl(c) || c is ' ' or '<' or '>' or '"') || HasNoUser(uri))
            throw new ArgumentException($"'{Shown(target)}' is no SIP address: write e.g. sip:bob@192.0.2.7", nameof(target));
        var isSaid = uri.Contains(";transport=", StringComparison.OrdinalIgnoreCase);
        return isSaid || transport == SipTransportChoice.Udp || (isSips && transport is SipTransportChoice.Tcp or SipTransportChoice.Tls)
            ? uri
            : $"{uri};transport={transport.ToString().ToLowerInvariant()}";
    }

    /// <summary>The host of a SIP URI, without brackets and port.</summary>
    public static string HostOf(string uri)
    {
        var rest = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        if (rest.StartsWith('[')) return rest[1..Math.Max(1, rest.IndexOf(']', StringComparison.Ordinal))];
        var end = rest.AsSpan().IndexOfAny(":;?");
        return end < 0 ? rest : rest[..end];
    }

    // An @ with nobody before it.
    private static bool HasNoUser(string uri) => uri.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at && uri[at - 1] == ':';

    private static string Shown(string text) => new([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}
