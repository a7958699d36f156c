// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;

namespace Earshot.Signaling.Transport;

/// <summary>What addresses mean on sockets that may speak both families.</summary>
internal static class AddressRules
{
    /// <summary>0.0.0.0 or ::.</summary>
    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>An IPv4 address that came mapped into IPv6, as IPv4.</summary>
    public static IPEndPoint Plain(IPEndPoint point) =>
        point.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(point.Address.MapToIPv4(), point.Port) : point;

    /// <summary>Do two addresses belong to one customer of a provider? The same one, or the same 64 bits of IPv6 in front (RFC 6177): who has one of these has 2^64.</summary>
    public static bool IsOneSite(IPAddress one, IPAddress other)
    {
        if (one.AddressFamily != AddressFamily.InterNetworkV6 || other.AddressFamily != AddressFamily.InterNetworkV6 || one.IsIPv6LinkLocal || one.IsIPv4MappedToIPv6)
            return one.Equals(other);
        Span<byte> a = stackalloc byte[16], b = stackalloc byte[16];
        return one.TryWriteBytes(a, out _) && other.TryWriteBytes(b, out _) && a[..8].SequenceEqual(b[..8]);
    }

    /// <summary>The form in which a socket of that family takes the address; null when it cannot reach it.</summary>
    /// <param name="point">The plain address.</param>
    /// <param name="family">The socket's family.</param>
    /// <param name="isDual">An IPv6 socket that also speaks IPv4.</param>
    public static IPEndPoint? For(IPEndPoint point, AddressFamily family, bool isDual)
    {
        if (point.AddressFamily == family) return point;
        return isDual && point.AddressFamily == AddressFamily.InterNetwork ? new IPEndPoint(point.Address.MapToIPv6(), point.Port) : null;
    }
}
