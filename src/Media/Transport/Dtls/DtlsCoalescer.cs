// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>Puts records that leave together into one datagram: a flight of five messages becomes one or two datagrams, and is lost or heard as one.</summary>
/// <remarks>Thread: whichever pumps the handshake.</remarks>
internal sealed class DtlsCoalescer(DatagramRing outbound, int largestDatagram)
{
    private readonly byte[] _pending = new byte[largestDatagram];
    private int _length;

    /// <summary>Takes one record; those before it leave when it does not fit behind them.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_length + record.Length > _pending.Length)
            Flush();
        if (record.Length > _pending.Length)
        {
            outbound.TryWrite(record);
            return;
        }

        record.CopyTo(_pending.AsSpan(_length));
        _length += record.Length;
    }

    /// <summary>Lets go what was taken.</summary>
    /// <returns>True when there was anything.</returns>
    public bool Flush()
    {
        if (_length == 0)
            return false;
        outbound.TryWrite(_pending.AsSpan(0, _length));
        _length = 0;
        return true;
    }
}
