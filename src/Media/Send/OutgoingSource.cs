// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Send;

/// <summary>One synchronization source of ours: its number, where its counters began, and what was sent under it (RFC 3550 §5.1, §6.4.1).</summary>
/// <remarks>Thread: worker; the number may be read from any. Real-time: no allocation after construction.</remarks>
internal sealed class OutgoingSource(IRandomSource random)
{
    // A key of SRTP serves 64 sources on either side, ours for sure.
    private const int MaximumSources = 32;

    private int _sources;
    private uint _ssrc;
    private uint _before;
    private ushort _sequence;

    /// <summary>The SSRC.</summary>
    public uint Ssrc => Volatile.Read(ref _ssrc);

    /// <summary>True for a number under which we send or sent last: a packet that bears it was looped back (RFC 3550 §8.2).</summary>
    public bool IsOurs(uint ssrc) => ssrc == _ssrc || ssrc == _before;

    /// <summary>RTP time stamp of the first captured sample.</summary>
    public uint TimestampBase { get; private set; }

    /// <summary>Packets sent under this SSRC.</summary>
    public uint Packets { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public uint PayloadBytes { get; private set; }

    /// <summary>False after so many numbers that another might find no place under the SRTP key: keeping the last one is better than silence.</summary>
    public bool CanRenew => _sources < MaximumSources;

    /// <summary>Becomes another source: number, time stamp and sequence are drawn anew, the counters begin at zero (RFC 3550 §6.4.1).</summary>
    public void Renew()
    {
        Span<byte> seed = stackalloc byte[10];
        random.Fill(seed);
        uint ssrc = BitConverter.ToUInt32(seed);
        // The same number by chance would be no change.
        ssrc += ssrc == _ssrc ? 1u : 0;
        _before = _ssrc == 0 ? ssrc : _ssrc;
        Volatile.Write(ref _ssrc, ssrc);
        TimestampBase = BitConverter.ToUInt32(seed[4..]);

        // RFC 3711 §3.3.1 note: a first sequence number in the lower half keeps both ends' rollover guesses right when early packets are lost.
        _sequence = (ushort)(BitConverter.ToUInt16(seed[8..]) & 0x7fff);
        (Packets, PayloadBytes) = (0, 0);
        _sources++;
    }

    /// <summary>The next packet's sequence number.</summary>
    public ushort NextSequence() => _sequence++;

    /// <summary>A packet went out.</summary>
    public void Count(int payloadLength)
    {
        Packets++;
        PayloadBytes += (uint)payloadLength;
    }
}
