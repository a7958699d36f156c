// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Net;
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>The address of a c= or a=rtcp line: <c>IN IP4 192.0.2.1</c> (RFC 8866 §5.7, RFC 3605).</summary>
internal static class SdpConnection
{
    private static readonly SearchValues<byte> QuadBytes = SearchValues.Create("0123456789."u8);

    /// <summary>Takes <c>IN</c>, the address type and the address apart, without judging the address.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> address)
    {
        address = default;
        var tokens = new Tokens(value);
        return tokens.TryNext(out var net) && net.SequenceEqual("IN"u8)
            && tokens.TryNext(out _) && tokens.TryNext(out address);
    }

    /// <summary>Reads a numeric unicast or wildcard address; names, groups and broadcast give false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out IPAddress address)
    {
        address = IPAddress.None;
        if (!TrySplit(value, out var text) || text.Length > 45) return false;
        var isVersion6 = text.Contains((byte)':');
        if (isVersion6 ? text.Contains((byte)'%') : !IsDottedQuad(text)) return false;
        Span<char> chars = stackalloc char[45];
        var length = Encoding.ASCII.GetChars(text, chars);
        if (!IPAddress.TryParse(chars[..length], out var parsed)) return false;
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return !address.IsIPv6Multicast && !(IsVersion4(address) && FirstByte(address) >= 224);
    }

    /// <summary>The old way to hold: 0.0.0.0 (RFC 3264 §8.4), or its IPv6 sister.</summary>
    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // The framework would also take "1" or "0x7f.1": four decimal numbers are all that RFC 8866 §9 knows.
    private static bool IsDottedQuad(ReadOnlySpan<byte> text) =>
        text.Count((byte)'.') == 3 && text.IndexOfAnyExcept(QuadBytes) < 0;

    private static bool IsVersion4(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    private static byte FirstByte(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) ? bytes[0] : (byte)0;
    }
}
