// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;

namespace Earshot.Signaling.Transport;

/// <summary>Which of this machine's addresses a peer can answer to: the one that the kernel sends from.</summary>
/// <remarks>Thread: the signalling loop.</remarks>
/// <param name="bound">The address that was bound; a particular one is what every peer sees.</param>
internal sealed class LocalRoutes(IPAddress bound)
{
    private const int MaxRemembered = 1024;
    // Long enough to spare a look-up for each message, short enough to follow a change of network.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private BoundedTable<IPAddress, (IPAddress? Local, Instant Until)> _known = new(MaxRemembered);

    /// <summary>The address to advertise towards a peer; null when there is no way to it.</summary>
    public IPAddress? Towards(Instant now, IPAddress remote)
    {
        if (!AddressRules.IsWildcard(bound)) return CanReach(remote) ? bound : null;
        if (bound.AddressFamily == AddressFamily.InterNetwork && remote.AddressFamily != bound.AddressFamily) return null;
        if (_known.TryGet(remote, out var known) && now < known.Until) return known.Local;
        var local = Ask(remote);
        _known.Set(remote, (local, now + Lifetime));
        return local;
    }

    /// <summary>The network is another: the kernel is asked anew.</summary>
    public void Forget() => _known = new(MaxRemembered);

    /// <summary>Connecting a datagram socket sends nothing: the kernel looks the route up, and the socket is thrown away.</summary>
    public static IPAddress? Ask(IPAddress remote)
    {
        try
        {
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote, 9);
            var address = ((IPEndPoint)probe.LocalEndPoint!).Address;
            return AddressRules.IsWildcard(address) || (IPAddress.IsLoopback(address) && !IsThisHost(remote, address)) ? null : address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    // Bound to loopback, nobody else could answer us.
    private bool CanReach(IPAddress remote) =>
        remote.AddressFamily == bound.AddressFamily && (!IPAddress.IsLoopback(bound) || IPAddress.IsLoopback(remote));

    private static bool IsThisHost(IPAddress remote, IPAddress local) => IPAddress.IsLoopback(remote) || remote.Equals(local);
}
