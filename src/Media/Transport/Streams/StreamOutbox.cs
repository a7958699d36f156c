// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Streams;

/// <summary>What waits for a connection to take it: voice is worth nothing late, questions to a server are asked once.</summary>
/// <remarks>
/// <code>
///   [worker] TryWrite ─► |==== ring ====|··kept for questions··| ─► [writer] Gather: what is old is dropped, the rest goes in one write
/// </code>
/// On a stream nobody repeats STUN requests and responses, so they wait however long it takes; everything else (media, DTLS, indications) is repeated or
/// not missed, and is dropped <see cref="MaximumAge"/> after it was said: a connection that stalled goes on with the present.
/// Thread: one writes, one gathers. Real-time: no allocation, lock or system call.
/// </remarks>
internal sealed class StreamOutbox(StreamFraming framing)
{
    /// <summary>As long as people wait for each other; a jitter buffer would not play what is older.</summary>
    public static readonly TimeSpan MaximumAge = TimeSpan.FromMilliseconds(200);

    // 200 ms at the shortest packet time are 80 datagrams.
    private const int Most = 128;
    private const int MostOfMedia = Most * 3 / 4;
    private const int MostBytes = 32 * 1024;

    private readonly DatagramRing _ring = new(Most, MostBytes);
    private readonly byte[] _batch = new byte[4096];

    /// <summary>Datagrams that found no room.</summary>
    public long Refused { get; private set; }

    /// <summary>Datagrams that were too old when the connection could take them.</summary>
    public long Stale { get; private set; }

    /// <summary>Datagrams that were handed to the connection.</summary>
    public long Gathered { get; private set; }

    /// <summary>Takes one datagram. Thread: the one that writes.</summary>
    public bool TryWrite(Instant now, ReadOnlySpan<byte> datagram)
    {
        bool fits = datagram.Length is > 0 and <= UdpPort.MaximumDatagram && (_ring.Count < MostOfMedia || IsPatient(datagram));
        bool taken = fits && _ring.TryWrite(datagram, now.Nanoseconds);
        Refused += taken ? 0 : 1;
        return taken;
    }

    /// <summary>The next bytes for the stream: as many datagrams as one write takes; none when nothing waits. Thread: the one that gathers.</summary>
    public ArraySegment<byte> Gather(Instant now)
    {
        int used = 0;
        while (_ring.TryPeek(out var datagram, out long said))
        {
            bool isStale = now - new Instant(said) > MaximumAge && !IsPatient(datagram);
            if (!isStale && !TryAppend(datagram, ref used))
                break;
            Stale += isStale ? 1 : 0;
            Gathered += isStale ? 0 : 1;
            _ring.Release();
        }

        return new(_batch, 0, used);
    }

    private bool TryAppend(ReadOnlySpan<byte> datagram, ref int used)
    {
        int header = framing == StreamFraming.LengthPrefix ? TcpFramer.HeaderSize : 0;
        if (used + header + datagram.Length > _batch.Length)
            return false;
        if (header > 0)
            TcpFramer.WriteHeader(_batch.AsSpan(used), datagram.Length);
        datagram.CopyTo(_batch.AsSpan(used + header));
        used += header + datagram.Length;
        return true;
    }

    private static bool IsPatient(ReadOnlySpan<byte> datagram) =>
        PacketKinds.Classify(datagram) == PacketKind.Stun && datagram.Length >= StunMessage.HeaderSize
        && StunType.ClassOf(BinaryPrimitives.ReadUInt16BigEndian(datagram)) != StunClass.Indication;
}
