// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;

namespace Earshot.Media;

/// <summary>The sockets of a call with ICE follow the addresses of this machine.</summary>
/// <remarks>
/// <code>
///   an address is gone ─► [worker] IceLink.RemoveSocket: another pair that works is taken at once ─┐
///   there is a new one ─► socket ─► [worker] IceLink.AddSocket ─► the servers are asked ───────────┴─► NetworkChanged: ICE is restarted
/// </code>
/// Thread: any ordinary one.
/// </remarks>
/// <param name="engine">Opens sockets.</param>
/// <param name="worker">The call's.</param>
/// <param name="ice">The call's.</param>
/// <param name="sockets">Those that the worker watches.</param>
/// <param name="ports">Those of ICE, of the beginning.</param>
/// <param name="events">Told when something changed for this call.</param>
internal sealed class SessionNetwork(
    MediaEngine engine, MediaWorker worker, SessionIce ice, SessionSockets sockets, IEnumerable<UdpPort> ports, IEventSink events)
{
    private readonly Lock _gate = new();
    private readonly List<UdpPort> _ports = [.. ports];
    private int _number;

    /// <summary>These addresses there are now.</summary>
    public void Handle(IReadOnlyList<IPAddress> present)
    {
        bool isOther = false;
        bool isMore = false;
        lock (_gate)
        {
            if (_ports.Count > 0)
                _number = _ports[0].LocalEndPoint.Port;
            foreach (var gone in _ports.FindAll(p => !present.Any(a => Same(a, p.LocalEndPoint.Address))))
            {
                _ports.Remove(gone);
                Remove(gone);
                isOther = true;
            }

            foreach (var address in NewOf(present))
            {
                if (engine.TryOpenPort(_number, address) is not { } port)
                    continue;
                _ports.Add(port);
                Add(port);
                isOther = isMore = true;
            }
        }

        if (isOther)
            _ = TellAsync(isMore);
    }

    private IReadOnlyList<IPAddress> NewOf(IReadOnlyList<IPAddress> present) => !engine.ListensEverywhere ? []
        : [.. HostAddresses.Usable(present).Where(a => !_ports.Exists(p => Same(a, p.LocalEndPoint.Address))).Distinct().Take(Math.Max(0, HostAddresses.Maximum - _ports.Count))];

    private void Remove(UdpPort gone) => worker.Post(now =>
    {
        if (ice.Link.RemoveSocket(now, gone.Local.ToTransport()) is { } place)
            sockets.Remove(worker, place);
    });

    private void Add(UdpPort port) => worker.Post(now =>
    {
        var address = port.Local.ToTransport();
        if (ice.Link.AddSocket(now, address, ice.SenderOf(port)) is not { } place)
        {
            port.Dispose(); // the call is over, or its peer has no ICE
            return;
        }

        try
        {
            sockets.Add(worker, place, port);
        }
        catch (MediaTransportException)
        {
            ice.Link.RemoveSocket(now, address);
        }
    });

    private async Task TellAsync(bool isMore)
    {
        var gathered = isMore ? ice.GatherAgainAsync() : Task.CompletedTask;
        if (!ice.Trickles)
            await gathered.ConfigureAwait(false);
        worker.Post(now => events.Push(new(MediaEventKind.NetworkChanged, now)));
    }

    // A zone is no part of the address.
    private static bool Same(IPAddress one, IPAddress other) => one.AddressFamily == other.AddressFamily && one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());
}
