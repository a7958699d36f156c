// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Datagrams in and out (RFC 3261 §18). The socket is never connected, and its errors never end it.</summary>
/// <remarks>
/// <code>
/// datagram ─► ReadAsync ─► mailbox ─► core
/// ICMP ──► error queue: ReadAsync or Send stumbles over the pending error ─► the loop reads the queue ─► refused(flow's address)
/// </code>
/// Thread: reading on the pool, one at a time; sending and the error queue on the signalling loop.
/// </remarks>
internal sealed class UdpTransport
{
    private const int LargestDatagram = 65_535;
    private const int MaxErrorsAtOnce = 256;
    private const int MaxAttempts = 4;

    private readonly Socket _socket;
    private readonly Mailbox _mailbox;
    private readonly Action<Instant, IPEndPoint, TransportFailure> _refused;
    private readonly LinuxErrorQueue? _errorQueue;
    private readonly bool _isDual;
    private long _errors;
    private long _dropped;
    private int _isLookingPosted;

    /// <summary>Takes a bound socket over.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="mailbox">Where datagrams go.</param>
    /// <param name="refused">Called on the loop: what was sent to this address came back as undeliverable.</param>
    public UdpTransport(Socket socket, Mailbox mailbox, Action<Instant, IPEndPoint, TransportFailure> refused)
    {
        _socket = socket;
        _mailbox = mailbox;
        _refused = refused;
        _errorQueue = LinuxErrorQueue.TryAttach(socket);
        _isDual = socket.AddressFamily == AddressFamily.InterNetworkV6 && socket.DualMode;
    }

    /// <summary>Socket errors so far: refusals that come back by ICMP, Windows 10054 (which names no address), and failed sends.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Datagrams thrown away because the loop could not follow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Reads until the socket is closed.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        var buffer = new byte[LargestDatagram];
        var errorsInARow = 0;
        EndPoint any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop).ConfigureAwait(false);
                errorsInARow = 0;
                var sender = AddressRules.Plain((IPEndPoint)got.RemoteEndPoint);
                if (sender.Port == 0 || got.ReceivedBytes == 0) continue;
                if (!_mailbox.TryPostPacket(buffer.AsSpan(0, got.ReceivedBytes), null, sender)) Interlocked.Increment(ref _dropped);
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref _errors);
                // One letter however many errors come: a flood of ICMP must not fill the mailbox.
                if (_errorQueue is not null && Interlocked.Exchange(ref _isLookingPosted, 1) == 0) _mailbox.Post(Look);
                // Errors come one for each datagram sent; a row of them without a datagram between is a socket that fails for good.
                if (++errorsInARow > MaxErrorsAtOnce) await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    /// <summary>Sends; null when the kernel took it, or lost it: a repetition makes that good.</summary>
    public TransportFailure? Send(Instant now, IPEndPoint remote, ReadOnlySpan<byte> message)
    {
        if (AddressRules.For(remote, _socket.AddressFamily, _isDual) is not { } to) return TransportFailure.Unreachable;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _socket.SendTo(message, SocketFlags.None, to);
                return null;
            }
            catch (SocketException e)
            {
                Interlocked.Increment(ref _errors);
                if (SocketFailures.OfDatagram(e.SocketErrorCode) is not { } cause) return null;
                // The error may be what an earlier datagram, to another peer, left behind: this one has not been tried then.
                if (!TakeErrors(now) || attempt == MaxAttempts) return cause;
            }
        }
    }

    private void Look(Instant now)
    {
        Volatile.Write(ref _isLookingPosted, 0);
        TakeErrors(now);
    }

    // True when there was an error of an earlier datagram.
    private bool TakeErrors(Instant now)
    {
        var found = false;
        for (var i = 0; i < MaxErrorsAtOnce && _errorQueue is not null && _errorQueue.TryTake(out var undelivered); i++)
        {
            found |= undelivered.IsFromNetwork;
            if (undelivered.Cause is { } cause) _refused(now, undelivered.To, cause);
        }

        return found;
    }
}
