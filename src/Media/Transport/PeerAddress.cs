// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>An address and port as a value: compared with every packet, so it neither allocates nor points anywhere.</summary>
/// <param name="High">First 8 bytes of an IPv6 address; 0 for IPv4.</param>
/// <param name="Low">Last 8 bytes of an IPv6 address; the IPv4 address in the low 4.</param>
/// <param name="Port">UDP port.</param>
/// <param name="IsV6">Which of the two.</param>
/// <param name="Scope">IPv6 zone index.</param>
internal readonly record struct PeerAddress(ulong High, ulong Low, ushort Port, bool IsV6, uint Scope)
{
    /// <summary>Room for a native socket address of either family.</summary>
    public const int SockaddrSize = 28;

    /// <summary>The peer of a call with ICE, by whichever pair its packets come: to whoever follows addresses it never moves.</summary>
    public static PeerAddress ByIce { get; } = new(0, 0, 1, true, uint.MaxValue);

    /// <summary>True when there is no address at all.</summary>
    public bool IsNone => Port == 0;

    /// <summary>True for 0.0.0.0 and ::, the address of an old-style hold.</summary>
    public bool IsUnspecified => High == 0 && Low == 0;

    /// <summary>From the framework's type.</summary>
    public static PeerAddress From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);

    /// <summary>From the framework's types.</summary>
    public static PeerAddress From(IPAddress address, int port)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? new(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port, false, 0)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), (ushort)port, true, (uint)address.ScopeId);
    }

    /// <summary>From what ICE and TURN name it by, which know no zone.</summary>
    public static PeerAddress From(in TransportAddress address) => new(address.High, address.Low, address.Port, address.IsV6, 0);

    /// <summary>What ICE and TURN name it by.</summary>
    public TransportAddress ToTransport() => new(High, Low, Port, IsV6);

    /// <summary>From a native socket address. Port, address and zone stand at the same offsets on every system; the family is told apart by length.</summary>
    public static PeerAddress FromSockaddr(ReadOnlySpan<byte> sockaddr, bool isV6)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(sockaddr[2..]);
        return isV6
            ? new(BinaryPrimitives.ReadUInt64BigEndian(sockaddr[8..]), BinaryPrimitives.ReadUInt64BigEndian(sockaddr[16..]), port, true, BitConverter.ToUInt32(sockaddr[24..]))
            : new(0, BinaryPrimitives.ReadUInt32BigEndian(sockaddr[4..]), port, false, 0);
    }

    /// <summary>Writes all but the family's two bytes, which differ between systems.</summary>
    /// <returns>Length of the native socket address.</returns>
    public int WriteSockaddr(Span<byte> sockaddr)
    {
        sockaddr[..SockaddrSize].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(sockaddr[2..], Port);
        if (!IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(sockaddr[4..], (uint)Low);
            return 16;
        }

        BinaryPrimitives.WriteUInt64BigEndian(sockaddr[8..], High);
        BinaryPrimitives.WriteUInt64BigEndian(sockaddr[16..], Low);
        BitConverter.TryWriteBytes(sockaddr[24..], Scope);
        return 28;
    }

    /// <summary>The framework's type, for people and rare use: it allocates.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Low);
            return new(new IPAddress(bytes[..4]), Port);
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new(new IPAddress(bytes, Scope), Port);
    }

    /// <summary>True when both name the same host, whatever the port.</summary>
    public bool SameHost(PeerAddress other) => High == other.High && Low == other.Low && IsV6 == other.IsV6;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : ToEndPoint().ToString();
}
