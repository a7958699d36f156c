// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>One UDP socket of a call. Never connected: an ICMP error or a stranger must not decide who is heard.</summary>
/// <remarks>Thread: its worker, after construction. Real-time: <see cref="TryReceive"/> and <see cref="Send"/> neither allocate nor throw.</remarks>
internal abstract class UdpPort : IDatagramSender, IDisposable
{
    /// <summary>Larger than any datagram of a voice call; a longer one is cut and fails its checks.</summary>
    public const int MaximumDatagram = 2048;

    /// <summary>Wraps a bound socket.</summary>
    protected UdpPort(Socket socket)
    {
        Socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        Local = PeerAddress.From(LocalEndPoint);
    }

    /// <summary>The socket, for a waiter.</summary>
    public Socket Socket { get; }

    /// <summary>Where it is bound; the address may be the wildcard.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary><see cref="LocalEndPoint"/> as a value.</summary>
    public PeerAddress Local { get; }

    /// <summary>Errors survived: ECONNREFUSED, 10054, no buffer. Written by the worker, read by any.</summary>
    public long Errors { get; protected set; }

    /// <summary>Takes one datagram if one waits.</summary>
    /// <param name="now">The worker's time.</param>
    /// <param name="wallClockOffset">Monotonic minus wall-clock nanoseconds: turns a kernel timestamp into an arrival.</param>
    /// <param name="buffer">Receives it.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="arrival">When it came; <paramref name="now"/> where the kernel does not say.</param>
    public abstract bool TryReceive(Instant now, long wallClockOffset, Span<byte> buffer, out int length, out PeerAddress from, out Instant arrival);

    /// <inheritdoc/>
    public abstract bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to);

    /// <inheritdoc/>
    public virtual void Dispose() => Socket.Dispose();
}
