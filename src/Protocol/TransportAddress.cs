// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;

namespace Earshot.Protocol;

/// <summary>An IP address and port as a value: what STUN, TURN and ICE compare with every packet, without allocating.</summary>
/// <remarks>
/// An IPv6 zone is no part of it: it belongs to the socket, never travels in a packet or a candidate line, and would make the same address
/// look like two. Mapped IPv4 (::ffff:a.b.c.d) is IPv4 here.
/// </remarks>
/// <param name="High">First 8 bytes of an IPv6 address; 0 for IPv4.</param>
/// <param name="Low">Last 8 bytes of an IPv6 address; the IPv4 address in the low 4.</param>
/// <param name="Port">UDP or TCP port.</param>
/// <param name="IsV6">Which of the two.</param>
internal readonly record struct TransportAddress(ulong High, ulong Low, ushort Port, bool IsV6)
{
    /// <summary>True when there is no address at all.</summary>
    public bool IsNone => this == default;

    /// <summary>True for 0.0.0.0 and ::.</summary>
    public bool IsUnspecified => High == 0 && Low == 0;

    /// <summary>127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsV6 ? High == 0 && Low == 1 : Low >> 24 == 127;

    /// <summary>169.254.0.0/16 and fe80::/10: good on one link alone.</summary>
    public bool IsLinkLocal => IsV6 ? High >> 54 == 0xfe80 >> 6 : Low >> 16 == 0xa9fe;

    /// <summary>224.0.0.0/4, 255.255.255.255 and ff00::/8: nobody who can answer.</summary>
    public bool IsMulticast => IsV6 ? High >> 56 == 0xff : Low >> 28 == 0xe || Low == uint.MaxValue;

    /// <summary>From the framework's types.</summary>
    public static TransportAddress From(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return FromBytes(bytes[..length], (ushort)port);
    }

    /// <summary>From the framework's type.</summary>
    public static TransportAddress From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);

    /// <summary>From 4 or 16 bytes in network order.</summary>
    public static TransportAddress FromBytes(ReadOnlySpan<byte> address, ushort port)
    {
        if (address.Length == 4)
            return new(0, BinaryPrimitives.ReadUInt32BigEndian(address), port, false);
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address), low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        return high == 0 && low >> 32 == 0xffff ? new(0, (uint)low, port, false) : new(high, low, port, true);
    }

    /// <summary>Reads a numeric address: dotted quad or IPv6, no zone, none of the shortened or octal forms.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, ushort port, out TransportAddress address)
    {
        address = default;
        bool isV6 = text.Contains(':');
        if (text.Length is < 2 or > 45 || text.ContainsAny('%', '[', '/') || (!isV6 && (text.Count('.') != 3 || text.ContainsAnyExceptInRange('.', '9'))))
            return false;
        if (!isV6 && HasOctalPart(text))
            return false;
        if (!IPAddress.TryParse(text, out var parsed))
            return false;
        address = From(parsed, port);
        return true;
    }

    /// <summary>Writes 4 or 16 bytes in network order.</summary>
    /// <returns>How many.</returns>
    public int WriteBytes(Span<byte> address)
    {
        if (!IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address, (uint)Low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(address, High);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], Low);
        return 16;
    }

    /// <summary>The same address with another port.</summary>
    public TransportAddress WithPort(ushort port) => this with { Port = port };

    /// <summary>True when both name the same host, whatever the port.</summary>
    public bool SameHost(in TransportAddress other) => High == other.High && Low == other.Low && IsV6 == other.IsV6;

    /// <summary>The address alone, as candidate lines write it. Allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..WriteBytes(bytes)]);
    }

    /// <summary>The framework's type. Allocates.</summary>
    public IPEndPoint ToEndPoint() => new(ToIPAddress(), Port);

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : ToEndPoint().ToString();

    // "1.2.03.4": some resolvers read octal there, others decimal.
    private static bool HasOctalPart(ReadOnlySpan<char> text)
    {
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '0' && (i == 0 || text[i - 1] == '.') && text[i + 1] != '.')
                return true;
        }

        return false;
    }
}
