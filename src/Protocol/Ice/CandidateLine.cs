// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Ice;

/// <summary>The candidate attribute (RFC 8839 §5.1, RFC 6544 §4.5), as SDP and trickle fragments carry it.</summary>
/// <remarks>
/// <code>
///   candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ srflx raddr 10.0.1.1 rport 8998 generation 0
///             │ │ │   │          │             │    └ kind      └ related address        └ extensions, in pairs
///             │ │ │   priority   address       port
///             │ component, transport
///             foundation
/// </code>
/// </remarks>
internal static class CandidateLine
{
    private const string Prefix = "candidate:";
    private const int LongestLine = 1024;
    private const int LongestFoundation = 32;
    private const int LongestName = 255;

    /// <summary>Reads a value, with or without <c>candidate:</c> in front.</summary>
    /// <returns>False for what is malformed, and for transports and kinds that are not known: such lines are to be passed over.</returns>
    public static bool TryParse(ReadOnlySpan<char> value, out IceCandidate? candidate)
    {
        candidate = null;
        if (value.Length > LongestLine || value.ContainsAny('\r', '\n', '\0'))
            return false;
        if (value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            value = value[Prefix.Length..];
        var words = new Words(value);
        if (!words.TryNext(out var foundation) || foundation.Length > LongestFoundation || !IsIceText(foundation)
            || !words.TryNextNumber(256, out uint component) || component == 0
            || !words.TryNext(out var transport)
            || !words.TryNextNumber(int.MaxValue, out uint priority)
            || !words.TryNext(out var address) || address.Length > LongestName
            || !words.TryNextNumber(ushort.MaxValue, out uint port)
            || !words.TryNext(out var typ) || !typ.SequenceEqual("typ")
            || !words.TryNext(out var kindName) || !TryKind(kindName, out var kind))
            return false;
        bool isName = !TransportAddress.TryParse(address, (ushort)port, out var numeric);
        if (isName && !IsHostName(address))
            return false;
        if (!TryTail(ref words, out var tail) || !TryTransport(transport, tail.TcpType, out var carrier))
            return false;
        candidate = new IceCandidate
        {
            Foundation = foundation.ToString(),
            Component = (int)component,
            Transport = carrier,
            Priority = priority,
            Address = isName ? new(0, 0, (ushort)port, false) : numeric,
            HostName = isName ? address.ToString() : null,
            Kind = kind,
            Related = tail.Related,
            Extensions = tail.Extensions,
        };
        return true;
    }

    /// <summary>Writes <c>candidate:…</c>.</summary>
    public static string Write(IceCandidate candidate)
    {
        var text = new StringBuilder(96).Append(CultureInfo.InvariantCulture,
            $"{Prefix}{candidate.Foundation} {candidate.Component} {(candidate.Transport == CandidateTransport.Udp ? "UDP" : "TCP")} {candidate.Priority} ");
        text.Append(candidate.HostName ?? candidate.Address.ToIPAddress().ToString());
        text.Append(CultureInfo.InvariantCulture, $" {candidate.Address.Port} typ {NameOf(candidate.Kind)}");
        // Required for all but host candidates; 0.0.0.0:9 where the address is nobody's business (RFC 8839 §5.1).
        if (candidate.Kind != CandidateKind.Host)
            text.Append(candidate.Related.IsNone ? " raddr 0.0.0.0 rport 9" : string.Create(CultureInfo.InvariantCulture, $" raddr {candidate.Related.ToIPAddress()} rport {candidate.Related.Port}"));
        if (candidate.Transport != CandidateTransport.Udp)
            text.Append(" tcptype ").Append(NameOf(candidate.Transport));
        if (candidate.Extensions.Length > 0)
            text.Append(' ').Append(candidate.Extensions);
        return text.ToString();
    }

    private static bool TryTail(ref Words words, out Tail tail)
    {
        tail = new(default, null, "");
        TransportAddress related = default;
        StringBuilder? extensions = null;
        string? tcpType = null;
        while (words.TryNext(out var name))
        {
            // Extensions come in pairs (RFC 8839 §5.1); a name alone at the end is somebody's slip.
            if (!words.TryNext(out var value))
                return false;
            if (name.SequenceEqual("raddr"))
                TransportAddress.TryParse(value, related.Port, out related);
            else if (name.SequenceEqual("rport"))
                related = ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? related.WithPort(port) : related;
            else if (name.SequenceEqual("tcptype"))
                tcpType = value.ToString();
            else
                (extensions ??= new()).Append(extensions.Length == 0 ? "" : " ").Append(name).Append(' ').Append(value);
        }

        tail = new(related.IsUnspecified ? default : related, tcpType, extensions?.ToString() ?? "");
        return true;
    }

    private static bool TryTransport(ReadOnlySpan<char> name, string? tcpType, out CandidateTransport transport)
    {
        transport = CandidateTransport.Udp;
        if (name.Equals("udp", StringComparison.OrdinalIgnoreCase))
            return true;
        if (!name.Equals("tcp", StringComparison.OrdinalIgnoreCase))
            return false;
        transport = tcpType switch
        {
            "active" => CandidateTransport.TcpActive,
            "passive" => CandidateTransport.TcpPassive,
            "so" => CandidateTransport.TcpSimultaneous,
            _ => CandidateTransport.Udp,
        };
        return transport != CandidateTransport.Udp;
    }

    private static bool TryKind(ReadOnlySpan<char> name, out CandidateKind kind)
    {
        for (kind = CandidateKind.Host; kind <= CandidateKind.Relayed; kind++)
        {
            if (name.SequenceEqual(NameOf(kind)))
                return true;
        }

        return false;
    }

    private static string NameOf(CandidateKind kind) => kind switch
    {
        CandidateKind.Host => "host",
        CandidateKind.PeerReflexive => "prflx",
        CandidateKind.ServerReflexive => "srflx",
        _ => "relay",
    };

    private static string NameOf(CandidateTransport transport) => transport switch
    {
        CandidateTransport.TcpActive => "active",
        CandidateTransport.TcpPassive => "passive",
        _ => "so",
    };

    /// <summary>Letters, digits, plus and slash (ice-char).</summary>
    public static bool IsIceText(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
                return false;
        }

        return !text.IsEmpty;
    }

    // Digits and dots alone are a number written strangely, not a name.
    private static bool IsHostName(ReadOnlySpan<char> text)
    {
        bool hasLetter = false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                return false;
            hasLetter |= char.IsAsciiLetter(c);
        }

        return hasLetter && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text[0] is not ('.' or '-');
    }

    private readonly record struct Tail(TransportAddress Related, string? TcpType, string Extensions);

    private ref struct Words(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public bool TryNext(out ReadOnlySpan<char> word)
        {
            _rest = _rest.TrimStart(' ');
            int end = _rest.IndexOf(' ');
            word = end < 0 ? _rest : _rest[..end];
            _rest = _rest[word.Length..];
            return !word.IsEmpty;
        }

        public bool TryNextNumber(uint most, out uint number)
        {
            number = 0;
            return TryNext(out var word) && uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
        }
    }
}
