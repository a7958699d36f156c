// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Earshot.Protocol;

namespace Earshot.Media.Transport.Streams;

/// <summary>Opens one connection: the addresses in turn, TLS if wished, each with its share of the time, by blocking calls that another thread can end.</summary>
/// <remarks>
/// <code>
///   [reader] Open: address ─► connect ─► TLS ─► stream          [writer] at Due: Expire, which closes the socket under the blocking call
///              ▲      └ refused, expired ┘
/// </code>
/// The framework's sockets take no time limit for a blocking connect, and those that wait by the thread pool wait for the pool's other work, too.
/// Thread: <see cref="Open"/> one, the rest any ordinary one.
/// </remarks>
/// <param name="target">Where to.</param>
/// <param name="dueChanged">Called whenever <see cref="Due"/> is another.</param>
internal sealed class StreamConnection(StreamTarget target, Action dueChanged)
{
    /// <summary>Nothing acknowledged, and no room for more, for so long: the connection is gone. As long as consent lives (RFC 7675).</summary>
    private const int PatienceMilliseconds = 30_000;

    // Room for a round trip of a second; what waits longer is better off in the outbox, where it grows old.
    private const int SendBuffer = 64 * 1024;
    private const int MostUnsent = 2048;

    private readonly Lock _gate = new();
    private Socket? _socket;
    private bool _isAborted;
    private bool _isExpired;
    private long _due = Instant.Never.Nanoseconds;

    /// <summary>When <see cref="Expire"/> is to be called; never when nothing is under way.</summary>
    public Instant Due => new(Volatile.Read(ref _due));

    /// <summary>Our end; after <see cref="Open"/>.</summary>
    public IPEndPoint? Local { get; private set; }

    /// <summary>The other end; after <see cref="Open"/>.</summary>
    public IPEndPoint? Remote { get; private set; }

    /// <summary>Connects, blocking.</summary>
    /// <param name="stream">What to read from and write to.</param>
    /// <param name="socket">The socket below, for its time-outs.</param>
    /// <returns>Why there is no connection; null when there is.</returns>
    public StreamEnd? Open(out Stream? stream, out Socket? socket)
    {
        (stream, socket) = (null, null);
        var end = new StreamEnd(StreamEndCause.Unreachable, "no address to connect to");
        var until = MonotonicClock.Now + target.TimeLimit;
        for (int i = 0; i < target.Addresses.Count; i++)
        {
            var share = (until - MonotonicClock.Now) / (target.Addresses.Count - i);
            end = Attempt(target.Addresses[i], share, out stream, out socket);
            if (end is null || end.Cause is StreamEndCause.Closed or StreamEndCause.Untrusted)
                break;
        }

        return end;
    }

    /// <summary>Ends the attempt under way: its time is over.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            SetDue(Instant.Never);
            _isExpired = true;
            _socket?.Dispose();
        }
    }

    /// <summary>Ends everything, now.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _isAborted = true;
            _socket?.Dispose();
        }
    }

    private StreamEnd? Attempt(IPEndPoint address, TimeSpan share, out Stream? stream, out Socket? socket)
    {
        stream = null;
        socket = null;
        try
        {
            socket = Begin(address, share);
            if (socket is null)
                return new(StreamEndCause.Closed, "closed");
            socket.Connect(address);
            Stream plain = new NetworkStream(socket, ownsSocket: true);
            stream = target.TlsName is { } name ? StreamTls.Secure(plain, name, target.Roots) : plain;
            (Local, Remote) = ((IPEndPoint)socket.LocalEndPoint!, address);
            return Succeed();
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException or AuthenticationException)
        {
            socket?.Dispose();
            stream = null;
            return Explain(address, e);
        }
    }

    private Socket? Begin(IPEndPoint address, TimeSpan share)
    {
        lock (_gate)
        {
            if (_isAborted)
                return null;
            _socket = Create(address);
            _isExpired = false;
            SetDue(MonotonicClock.Now + share);
        }

        dueChanged();
        return _socket;
    }

    // Null unless the time ran out, or the end came, in the very moment of success.
    private StreamEnd? Succeed()
    {
        lock (_gate)
        {
            SetDue(Instant.Never);
            return _isAborted ? new(StreamEndCause.Closed, "closed") : _isExpired ? new(StreamEndCause.TimedOut, "no connection in time") : null;
        }
    }

    private StreamEnd Explain(IPEndPoint address, Exception e)
    {
        lock (_gate)
        {
            SetDue(Instant.Never);
            if (_isAborted)
                return new(StreamEndCause.Closed, "closed");
            if (_isExpired)
                return new(StreamEndCause.TimedOut, $"no connection to {address} in time");
        }

        return e switch
        {
            AuthenticationException => new(StreamEndCause.Untrusted, e.Message),
            SocketException socket => new(StreamEndCause.Unreachable, $"no connection to {address}: {socket.Message}"),
            _ => new(StreamEndCause.Unreachable, $"no connection to {address}: it closed before it was secured"),
        };
    }

    private void SetDue(Instant due) => Volatile.Write(ref _due, due.Nanoseconds);

    private Socket Create(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = SendBuffer, SendTimeout = PatienceMilliseconds };
        try
        {
            MediaPorts.MarkExpedited(socket);
            NoticeDeadPeers(socket);
            if (target.From is { } from && from.AddressFamily == address.AddressFamily)
                socket.Bind(new IPEndPoint(from, 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A server that vanished says nothing: ask it every few seconds, and give up what it does not acknowledge.
    private static void NoticeDeadPeers(Socket socket)
    {
        const int Tcp = 6, UserTimeout = 18, UnsentLowWater = 25; // IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_NOTSENT_LOWAT
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            if (!OperatingSystem.IsLinux())
                return;
            socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(PatienceMilliseconds));
            socket.SetRawSocketOption(Tcp, UnsentLowWater, BitConverter.GetBytes(MostUnsent));
        }
        catch (SocketException)
        {
            // Not known here: consent and TURN's own time-outs notice it, later.
        }
    }
}
