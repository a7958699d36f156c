// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Streams;

/// <summary>Where a STUN or TURN server is: a numeric address at once, a name by the system's A and AAAA look-up.</summary>
/// <remarks>Thread: any but the worker. The services of RFC 5928 (NAPTR, SRV) are not asked: the URI says port and transport, or their usual ones are meant.</remarks>
internal static class ServerAddresses
{
    /// <summary>As many as are worth trying while a call waits.</summary>
    public const int Maximum = 4;

    /// <summary>Finds the addresses, the system's preferred one first (RFC 6724).</summary>
    /// <param name="server">The server.</param>
    /// <param name="timeLimit">No answer by then is none.</param>
    /// <param name="stop">Ends it before.</param>
    /// <returns>None when there is no such name, or nobody said in time.</returns>
    public static async Task<IReadOnlyList<IPEndPoint>> FindAsync(StunServerUri server, TimeSpan timeLimit, CancellationToken stop = default)
    {
        if (IPAddress.TryParse(server.Host, out var numeric))
            return [new(numeric, server.Port)];
        try
        {
            // The system's look-up heeds no token once it runs: it is left to itself.
            var found = await Dns.GetHostAddressesAsync(server.Host, stop).WaitAsync(timeLimit, stop).ConfigureAwait(false);
            return [.. found.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Distinct().Take(Maximum).Select(a => new IPEndPoint(a, server.Port))];
        }
        catch (Exception e) when (e is SocketException or TimeoutException or OperationCanceledException or ArgumentException)
        {
            return [];
        }
    }
}
