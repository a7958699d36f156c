// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;

namespace Earshot.Media.Transport;

/// <summary>Which of this machine's addresses a peer can answer to.</summary>
internal static class LocalAddress
{
    /// <summary>The address that the kernel would send from towards <paramref name="remote"/>; never a wildcard.</summary>
    /// <remarks>A datagram socket that is connected sends nothing: the kernel only looks the route up. The socket is thrown away.</remarks>
    /// <param name="remote">The peer, or its proxy.</param>
    /// <param name="bound">The address that sockets are bound to: a particular one is what the peer sees, and is returned.</param>
    /// <exception cref="MediaTransportException">No route to that address.</exception>
    public static IPAddress Towards(IPAddress remote, IPAddress? bound = null)
    {
        if (bound is not null && !bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any))
            return bound;
        try
        {
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote, 9);
            var address = ((IPEndPoint)probe.LocalEndPoint!).Address;
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }
        catch (SocketException e)
        {
            throw new MediaTransportException($"no route to {remote}: {e.Message}", e);
        }
    }
}
