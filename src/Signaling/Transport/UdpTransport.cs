// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Datagrams in and out (RFC 3261 §18). The socket is never connected, and its errors never end it.</summary>
/// <remarks>Thread: reading on the pool, one at a time; sending on the signalling loop.</remarks>
internal sealed class UdpTransport(Socket socket, Mailbox mailbox)
{
    private const int LargestDatagram = 65_535;
    private readonly bool _isDual = socket.AddressFamily == AddressFamily.InterNetworkV6 && socket.DualMode;
    private long _errors;
    private long _dropped;

    /// <summary>Socket errors so far: refusals that come back by ICMP, Windows 10054, and failed sends.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Datagrams thrown away because the loop could not follow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Reads until the socket is closed.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        var buffer = new byte[LargestDatagram];
        EndPoint any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop).ConfigureAwait(false);
                var sender = AddressRules.Plain((IPEndPoint)got.RemoteEndPoint);
                if (sender.Port == 0 || got.ReceivedBytes == 0) continue;
                if (!mailbox.TryPostPacket(buffer.AsSpan(0, got.ReceivedBytes), null, sender)) Interlocked.Increment(ref _dropped);
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref _errors);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    /// <summary>Sends; null when the kernel took it.</summary>
    public TransportFailure? Send(IPEndPoint remote, ReadOnlySpan<byte> message)
    {
        if (AddressRules.For(remote, socket.AddressFamily, _isDual) is not { } to) return TransportFailure.Unreachable;
        try
        {
            socket.SendTo(message, SocketFlags.None, to);
            return null;
        }
        catch (SocketException e)
        {
            Interlocked.Increment(ref _errors);
            return SocketFailures.Of(e.SocketErrorCode);
        }
    }
}
