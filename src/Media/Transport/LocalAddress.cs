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
    /// <exception cref="MediaTransportException">No route to that address, or bound to loopback and the peer is elsewhere.</exception>
    public static IPAddress Towards(IPAddress remote, IPAddress? bound = null)
    {
        if (bound is not null && !bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any))
        {
            return IPAddress.IsLoopback(bound) && !IPAddress.IsLoopback(remote)
                ? throw new MediaTransportException($"media is bound to {bound}, which {remote} cannot reach: listen on 0.0.0.0 or on the address towards it")
                : bound;
        }

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
