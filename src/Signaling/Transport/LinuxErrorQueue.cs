// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>A datagram that did not arrive.</summary>
/// <param name="To">Where it was meant to go.</param>
/// <param name="Cause">Null for what is no verdict on the peer: time to live exceeded, a smaller path MTU.</param>
/// <param name="IsFromNetwork">False for an error of our own kernel, which the send itself has told already.</param>
internal readonly record struct Undelivered(IPEndPoint To, TransportFailure? Cause, bool IsFromNetwork);

/// <summary>
/// Which datagram a router or host sent back as undeliverable. A UDP socket that is not connected hears of ICMP errors only when it asks
/// (IP_RECVERR, see ip(7)); the kernel then keeps each with the address that the datagram was meant for.
/// </summary>
/// <remarks>Thread: the signalling loop. 64-bit Linux; elsewhere <see cref="TryAttach"/> gives null and nobody is told.</remarks>
internal sealed unsafe partial class LinuxErrorQueue
{
    private const int LevelV4 = 0;
    private const int LevelV6 = 41;
    private const int ReceiveErrorsV4 = 11; // IP_RECVERR
    private const int ReceiveErrorsV6 = 25; // IPV6_RECVERR
    private const int FromErrorQueue = 0x2000 | 0x40; // MSG_ERRQUEUE | MSG_DONTWAIT
    private const int NameSize = 28; // struct sockaddr_in6
    private const int ControlSize = 256;
    private const int Refused = 111; // ECONNREFUSED
    private const byte IcmpV4 = 2; // SO_EE_ORIGIN_ICMP
    private const byte IcmpV6 = 3; // SO_EE_ORIGIN_ICMP6

    private readonly int _descriptor;

    private LinuxErrorQueue(int descriptor) => _descriptor = descriptor;

    /// <summary>Asks the kernel to keep errors for this socket; null where it does not.</summary>
    public static LinuxErrorQueue? TryAttach(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !BitConverter.IsLittleEndian) return null;
        try
        {
            var on = BitConverter.GetBytes(1);
            // A socket of both families hears of its IPv4 datagrams through the option of IPv4.
            socket.SetRawSocketOption(LevelV4, ReceiveErrorsV4, on);
            if (socket.AddressFamily == AddressFamily.InterNetworkV6) socket.SetRawSocketOption(LevelV6, ReceiveErrorsV6, on);
            return new LinuxErrorQueue((int)socket.SafeHandle.DangerousGetHandle());
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Takes the oldest error; false when there is none.</summary>
    public bool TryTake(out Undelivered undelivered)
    {
        byte* name = stackalloc byte[NameSize];
        byte* control = stackalloc byte[ControlSize];
        byte unused;
        var vector = new IoVector { Base = &unused, Length = 1 };
        var message = new MessageHeader
        {
            Name = name,
            NameLength = NameSize,
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = ControlSize,
        };
        undelivered = default;
        if (ReceiveMessage(_descriptor, &message, FromErrorQueue) < 0) return false;
        if (AddressOf(new(name, (int)Math.Min(message.NameLength, NameSize))) is { } to && ErrorOf(in message) is { } error)
            undelivered = new(to, CauseOf(error), error.Origin is IcmpV4 or IcmpV6);
        return true;
    }

    // struct sockaddr_in: family, port, address; struct sockaddr_in6: family, port, flow, address, scope.
    private static IPEndPoint? AddressOf(ReadOnlySpan<byte> name)
    {
        if (name.Length < 16) return null;
        var port = (name[2] << 8) | name[3];
        if (name[0] == 2) return new IPEndPoint(new IPAddress(name.Slice(4, 4)), port);
        if (name[0] != 10 || name.Length < NameSize) return null;
        var address = new IPAddress(name.Slice(8, 16));
        if (address.IsIPv6LinkLocal) address.ScopeId = MemoryMarshal.Read<uint>(name[24..]);
        return AddressRules.Plain(new IPEndPoint(address, port));
    }

    private static ExtendedError? ErrorOf(in MessageHeader message)
    {
        var header = (ControlHeader*)message.Control;
        if (message.ControlLength < (nuint)(sizeof(ControlHeader) + sizeof(ExtendedError))) return null;
        var isOurs = (header->Level, header->Type) is (LevelV4, ReceiveErrorsV4) or (LevelV6, ReceiveErrorsV6);
        return isOurs ? *(ExtendedError*)(header + 1) : null;
    }

    // RFC 3261 §18.4: host, network, port or protocol unreachable is a failure, the rest of ICMP is none.
    private static TransportFailure? CauseOf(ExtendedError error)
    {
        var isUnreachable = (error.Origin, error.Type) is (IcmpV4, 3) or (IcmpV6, 1);
        var isTooBig = error.Origin == IcmpV4 && error.Code == 4; // fragmentation needed: the kernel fragments the next one
        if (!isUnreachable || isTooBig) return null;
        return error.Number == Refused ? TransportFailure.Refused : TransportFailure.Unreachable;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    private static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);

    /// <summary><c>struct sock_extended_err</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedError
    {
        public uint Number;
        public byte Origin;
        public byte Type;
        public byte Code;
        public byte Padding;
        public uint Info;
        public uint Data;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary><c>struct cmsghdr</c>, followed by its data.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
