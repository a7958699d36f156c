// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>The connections of an agent (TCP, TLS, WebSocket): those that strangers open and those that we open. Their number is bounded.</summary>
/// <remarks>Thread: the signalling loop, but <see cref="AcceptAsync"/>, which posts to it.</remarks>
internal sealed class ConnectionTable(
    ListenSockets listen, FlowTable flows, Carriers carriers, Mailbox mailbox, Action<Instant, SipFlow, TransportFailure> failed, Action<SipFlow, TransportFailure, string> complain)
{
    /// <summary>Connections at once.</summary>
    public const int MaxConnections = 1024;

    /// <summary>Connections at once that were opened from one address, or one network of IPv6: who opens many takes them from nobody else.</summary>
    public const int MaxFromOneAddress = 64;

    // Connections that wait for the loop to look at them; more wait in the kernel's backlog.
    private const int MaxTakingIn = 32;

    /// <summary>A connection that never carried a message is closed after this (RFC 3261 has no figure: 64·T1).</summary>
    public static readonly TimeSpan SilentLimit = TimeSpan.FromSeconds(32);

    /// <summary>A connection on which nothing went either way is closed after this; a call's next request opens another.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(15);

    /// <summary>How long a connect may take where UDP leads to the peer as well: two SYNs. A firewall that drops them in silence must not hold a large request up (RFC 3261 §18.1.1).</summary>
    public static readonly TimeSpan ConnectBesideDatagrams = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<SipFlow, SipConnection> _connections = [];
    private readonly HashSet<Task> _running = [];
    private Instant _nextSweep = Instant.Never;
    private int _takingIn;

    /// <summary>Connections now.</summary>
    public int Count => _connections.Count;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => _nextSweep;

    /// <summary>Takes connections in until the listener is closed.</summary>
    public async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                while (Volatile.Read(ref _takingIn) >= MaxTakingIn) await Task.Delay(5, stop).ConfigureAwait(false);
                var socket = await listen.Tcp.AcceptAsync(stop).ConfigureAwait(false);
                Interlocked.Increment(ref _takingIn);
                if (!mailbox.Post(now => TakeIn(now, socket))) socket.Dispose();
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                // Out of descriptors, or a client that reset at once: the listener itself is well.
                await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    /// <summary>Sends, opening the connection when it is ours to open.</summary>
    public void Send(Instant now, SipFlow flow, ReadOnlyMemory<byte> message)
    {
        if (!_connections.TryGetValue(flow, out var connection))
        {
            if (!flows.IsOutbound(flow) || !HasRoom(now))
            {
                failed(now, flow, TransportFailure.Closed);
                return;
            }
            connection = Open(now, flow);
            if (connection is null) return;
        }
        if (!connection.TrySend(message)) connection.Close();
    }

    /// <summary>Closes what is idle.</summary>
    public void HandleTimeout(Instant now)
    {
        if (now < _nextSweep) return;
        foreach (var connection in _connections.Values)
        {
            // A WebSocket looks itself whether its peer is there, and a page is called back over it at any time.
            var isKept = connection.HasSpoken && connection.Flow.Transport is SipTransport.Ws or SipTransport.Wss;
            if (!isKept && now - connection.LastActive > (connection.HasSpoken ? IdleLimit : SilentLimit)) connection.Close();
        }
        _nextSweep = _connections.Count == 0 ? Instant.Never : now + SweepInterval;
    }

    /// <summary>Closes everything and waits for it; what is queued still goes out.</summary>
    public Task CloseAsync()
    {
        var finishing = _connections.Values.Select(c => c.FinishAsync());
        return Task.WhenAll([.. finishing, .. _running]);
    }

    private void TakeIn(Instant now, Socket socket)
    {
        Interlocked.Decrement(ref _takingIn);
        try
        {
            var remote = AddressRules.Plain((IPEndPoint)socket.RemoteEndPoint!);
            if (CountFrom(remote.Address) < MaxFromOneAddress && HasRoom(now) && flows.Inbound(now, remote) is { } flow)
            {
                Run(now, new SipConnection(socket, flow, mailbox, stream => carriers.Inbound(flow, stream)), null);
                return;
            }
        }
        catch (SocketException)
        {
            // The client was gone before we looked.
        }
        socket.Dispose();
    }

    private SipConnection? Open(Instant now, SipFlow flow)
    {
        var isDual = listen.Tcp.AddressFamily == AddressFamily.InterNetworkV6 && listen.Tcp.DualMode;
        if (AddressRules.For(flow.Remote, listen.Tcp.AddressFamily, isDual) is not { } to)
        {
            failed(now, flow, TransportFailure.Unreachable);
            return null;
        }
        Socket? socket = null;
        try
        {
            socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp); // fails when the process is out of descriptors
            if (to.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = isDual;
            if (!AddressRules.IsWildcard(listen.EndPoint.Address)) socket.Bind(new IPEndPoint(listen.EndPoint.Address, 0));
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            failed(now, flow, SocketFailures.Of(e.SocketErrorCode));
            return null;
        }
        var hasAnotherWay = flow.Transport == SipTransport.Tcp && flows.KnownByDatagram(flow.Remote) is not null;
        var connection = new SipConnection(socket, flow, mailbox, stream => carriers.Outbound(flow, stream))
        {
            ConnectLimit = hasAnotherWay ? ConnectBesideDatagrams : SipConnection.LongestConnect,
        };
        Run(now, connection, to);
        return connection;
    }

    private void Run(Instant now, SipConnection connection, IPEndPoint? connectTo)
    {
        _connections[connection.Flow] = connection;
        if (_nextSweep == Instant.Never) _nextSweep = now + SweepInterval;
        // Off the loop from the first step: what a connect or a read does at once must not hold signalling up.
        var running = Task.Run(() => connection.RunAsync(connectTo));
        _running.Add(running);
        _ = running.ContinueWith(t => mailbox.Post(at => Ended(at, connection, t)), TaskScheduler.Default);
    }

    private void Ended(Instant now, SipConnection connection, Task<TransportFailure> run)
    {
        _running.Remove(run);
        if (_connections.TryGetValue(connection.Flow, out var current) && current == connection) _connections.Remove(connection.Flow);
        connection.Dispose();
        var cause = run.IsCompletedSuccessfully ? run.Result : TransportFailure.Closed;
        if (connection.Complaint is { } why && flows.IsOutbound(connection.Flow)) complain(connection.Flow, cause, why);
        failed(now, connection.Flow, cause);
    }

    private int CountFrom(IPAddress address)
    {
        var count = 0;
        foreach (var flow in _connections.Keys)
        {
            if (AddressRules.IsOneSite(flow.Remote.Address, address) && !flows.IsOutbound(flow)) count++;
        }

        return count;
    }

    // A stranger who holds connections open without a word makes room for those who speak.
    private bool HasRoom(Instant now)
    {
        if (_connections.Count < MaxConnections) return true;
        SipConnection? oldest = null;
        foreach (var connection in _connections.Values)
        {
            if (!connection.HasSpoken && !flows.IsOutbound(connection.Flow) && (oldest is null || connection.LastActive < oldest.LastActive))
                oldest = connection;
        }
        if (oldest is null || now - oldest.LastActive < TimeSpan.FromSeconds(1)) return false;
        oldest.Close();
        return _connections.Remove(oldest.Flow);
    }
}
