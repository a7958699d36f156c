// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Earshot.Protocol;
using static Earshot.Media.Transport.LinuxSystemCalls;

namespace Earshot.Media.Transport;

/// <summary>A UDP socket by recvmsg and sendto: kernel timestamps, and an empty socket or an ICMP error costs no exception.</summary>
/// <remarks>Thread: its worker. Real-time.</remarks>
internal sealed unsafe class LinuxUdpPort : UdpPort
{
    private const int ControlSize = 64;
    private const ushort FamilyV4 = 2;
    private const ushort FamilyV6 = 10;

    private int _descriptor;

    /// <summary>Wraps a bound socket and asks the kernel to stamp what comes.</summary>
    public LinuxUdpPort(Socket socket)
        : base(socket)
    {
        _descriptor = (int)socket.Handle;
        try
        {
            socket.SetRawSocketOption(SolSocket, SoTimestampNs, BitConverter.GetBytes(1));
        }
        catch (SocketException)
        {
            // A sandbox may not know it: a datagram then came when it is read.
        }
    }

    /// <inheritdoc/>
    public override bool TryReceive(Instant now, long wallClockOffset, Span<byte> buffer, out int length, out PeerAddress from, out Instant arrival)
    {
        byte* name = stackalloc byte[PeerAddress.SockaddrSize];
        byte* control = stackalloc byte[ControlSize];
        from = default;
        arrival = now;
        length = 0;
        fixed (byte* data = buffer)
        {
            var vector = new IoVector { Base = data, Length = (nuint)buffer.Length };
            var message = new MessageHeader { Name = name, Vectors = &vector, VectorCount = 1, Control = control };

            // An error that ICMP left on the socket is reported once, in the place of a datagram: count it and go on.
            for (int attempt = 0; attempt < 8; attempt++)
            {
                message.NameLength = PeerAddress.SockaddrSize;
                message.ControlLength = ControlSize;
                nint received = ReceiveMessage(_descriptor, &message, MsgDontWait);
                if (received >= 0)
                {
                    length = (int)received;
                    from = PeerAddress.FromSockaddr(new(name, PeerAddress.SockaddrSize), *(ushort*)name == FamilyV6);
                    arrival = ArrivalOf(in message, now, wallClockOffset);
                    return true;
                }

                if (Marshal.GetLastPInvokeError() is EAgain)
                    return false;
                Errors++;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        byte* name = stackalloc byte[PeerAddress.SockaddrSize];
        int nameLength = to.WriteSockaddr(new(name, PeerAddress.SockaddrSize));
        *(ushort*)name = to.IsV6 ? FamilyV6 : FamilyV4;
        fixed (byte* data = datagram)
        {
            // The first attempt may only report an earlier datagram's ICMP error; the second sends.
            for (int attempt = 0; attempt < 2; attempt++)
            {
                if (SendTo(_descriptor, data, (nuint)datagram.Length, MsgDontWait | MsgNoSignal, name, (uint)nameLength) >= 0)
                    return true;
                Errors++;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The number may soon be another file's.
        _descriptor = -1;
        base.Dispose();
    }

    private static Instant ArrivalOf(in MessageHeader message, Instant now, long wallClockOffset)
    {
        if (message.ControlLength < (nuint)(sizeof(ControlHeader) + sizeof(TimeSpec)))
            return now;
        var header = (ControlHeader*)message.Control;
        if (header->Level != SolSocket || header->Type != SoTimestampNs)
            return now;
        var stamp = (TimeSpec*)(header + 1);
        long arrival = (stamp->Seconds * 1_000_000_000) + stamp->Nanoseconds + wallClockOffset;

        // The wall clock may be set between stamp and reading: a datagram is never from the future nor older than a second.
        return new(Math.Clamp(arrival, now.Nanoseconds - 1_000_000_000, now.Nanoseconds));
    }
}
