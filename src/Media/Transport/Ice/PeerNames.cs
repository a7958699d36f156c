// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Earshot.Protocol;
using Earshot.Protocol.Dns;

namespace Earshot.Media.Transport.Ice;

/// <summary>The address behind a candidate that has a name: browsers hide theirs behind names of multicast DNS (RFC 8839 §5.1, RFC 6762).</summary>
/// <remarks>
/// <code>
///   name.local ─┬─► the system's resolver, which may know multicast DNS ─┐
///               └─► 224.0.0.251:5353 on each interface, 0, 0.25, 1 s ────┴─► the first address
///   other names ──► the system's resolver
/// </code>
/// Thread: any but the worker.
/// </remarks>
internal static class PeerNames
{
    private const int MulticastPort = 5353;
    private static readonly IPAddress Group = new([224, 0, 0, 251]);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(750), Timeout.InfiniteTimeSpan];

    /// <summary>Looks a name up.</summary>
    /// <param name="name">As the candidate has it.</param>
    /// <param name="random">Draws the question's number.</param>
    /// <param name="timeLimit">No answer by then is none.</param>
    /// <returns>Null when the name leads nowhere.</returns>
    public static async Task<IPAddress?> FindAsync(string name, IRandomSource random, TimeSpan timeLimit)
    {
        using var stop = new CancellationTokenSource(timeLimit);
        var bySystem = AskSystemAsync(name, timeLimit);
        if (!NameQuestion.IsLocal(name))
            return await bySystem.ConfigureAwait(false);
        var byMulticast = AskLinkAsync(name, random, stop.Token);
        var first = await Task.WhenAny(bySystem, byMulticast).ConfigureAwait(false);
        var found = await first.ConfigureAwait(false) ?? await (first == bySystem ? byMulticast : bySystem).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return found;
    }

    private static async Task<IPAddress?> AskSystemAsync(string name, TimeSpan timeLimit)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(name).WaitAsync(timeLimit).ConfigureAwait(false);
            return found.FirstOrDefault();
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task<IPAddress?> AskLinkAsync(string name, IRandomSource random, CancellationToken stop)
    {
        byte[] id = new byte[2];
        random.Fill(id);
        if (NameQuestion.TryCreate(name, BitConverter.ToUInt16(id)) is not { } question)
            return null;
        var sockets = Open();
        try
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var hearing = sockets.Select(socket => HearAsync(socket, question, done.Token)).ToList();
            _ = AskAsync(sockets, question.Write(), done.Token);
            while (hearing.Count > 0)
            {
                var first = await Task.WhenAny(hearing).ConfigureAwait(false);
                hearing.Remove(first);
                if (await first.ConfigureAwait(false) is not { } address)
                    continue;
                await done.CancelAsync().ConfigureAwait(false);
                return address;
            }

            return null;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    // Each interface has a socket that asks from a port of its own and is answered there; one more hears those who answer everybody.
    private static List<Socket> Open()
    {
        var sockets = new List<Socket>();
        foreach (var address in LocalIPv4())
        {
            if (TryOpen(new IPEndPoint(address, 0), socket => socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, address.GetAddressBytes())) is { } asking)
                sockets.Add(asking);
            if (TryOpen(new IPEndPoint(IPAddress.Any, MulticastPort), socket => socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group, address))) is { } hearing)
                sockets.Add(hearing);
        }

        return sockets;
    }

    private static Socket? TryOpen(IPEndPoint at, Action<Socket> prepare)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(at);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
            prepare(socket);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null; // another program has the port to itself, or the interface takes no multicast
        }
    }

    private static IEnumerable<IPAddress> LocalIPv4()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
                .Take(8);
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    private static async Task AskAsync(List<Socket> sockets, byte[] packet, CancellationToken stop)
    {
        foreach (var pause in Pauses)
        {
            foreach (var socket in sockets.Where(socket => ((IPEndPoint)socket.LocalEndPoint!).Port != MulticastPort))
            {
                try
                {
                    await socket.SendToAsync(packet, SocketFlags.None, new IPEndPoint(Group, MulticastPort), stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
                {
                    // That interface has no way there, or it is over.
                }
            }

            if (stop.IsCancellationRequested || pause == Timeout.InfiniteTimeSpan)
                return;
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IPAddress?> HearAsync(Socket socket, NameQuestion question, CancellationToken stop)
    {
        byte[] buffer = new byte[UdpPort.MaximumDatagram];
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer, SocketFlags.None, stop).ConfigureAwait(false);
                if (question.Read(buffer.AsSpan(0, length)) is [var first, ..])
                    return first.ToIPAddress();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return null;
        }
    }
}
