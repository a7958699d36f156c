// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>How losses and discards come together: bursts, in which fewer than 16 packets in a row are of use, and the gaps between (RFC 3611 §4.7.2, App. A.2).</summary>
/// <remarks>
/// A packet is judged when 32 newer numbers have passed: one that was overtaken is not lost, and one that was discarded is as good as lost.
/// Thread: worker. Real-time: no allocation. The transition counts bear the names of the appendix.
/// </remarks>
internal sealed class BurstGaps
{
    /// <summary>Packets received in a row that end a burst.</summary>
    public const int Gmin = 16;

    private const int Window = 32;
    private ulong _received;
    private ulong _discarded;
    private ushort _highest;
    private int _seen;
    private int _inRow;
    private int _lostInBurst;
    private long _judged;
    private long _lost;
    private long _runs;
    private long _c11;
    private long _c13;
    private long _c14;
    private long _c22;
    private long _c23;
    private long _c33;

    /// <summary>Losses within bursts, 0 to 1; 0 before the first.</summary>
    public double BurstDensity => _c13 == 0 ? 0 : Ratio(P23, P23 + P32);

    /// <summary>Losses between bursts, 0 to 1.</summary>
    public double GapDensity => Ratio(_c14, _c11 + _c14);

    /// <summary>Mean length of the gaps, packets; 0 before the first burst.</summary>
    public double GapPackets => Ratio(_c11 + _c14 + _c13, _c13);

    /// <summary>Mean length of the bursts, packets; 0 before the first.</summary>
    public double BurstPackets => Math.Max(0, Ratio(_c11 + _c14 + (2 * _c13) + _c22 + (2 * _c23) + _c33, _c13) - GapPackets);

    /// <summary>Packets judged, those of them that were lost or discarded, and in how many runs.</summary>
    public (long Judged, long Lost, long Runs) Counts => (_judged, _lost, _runs);

    /// <summary>Mean run of packets lost one after the other, over what it would be if each were lost by itself (G.107 §7.3); 1 before the first loss.</summary>
    public double BurstRatio => RatioOf(Counts, default);

    /// <summary>The same of what was judged between two counts.</summary>
    public static double RatioOf((long Judged, long Lost, long Runs) now, (long Judged, long Lost, long Runs) before)
    {
        var (judged, lost, runs) = (now.Judged - before.Judged, now.Lost - before.Lost, now.Runs - before.Runs);
        return lost == 0 || lost == judged || runs == 0 ? 1 : Math.Max(1, (double)lost / runs * (1 - ((double)lost / judged)));
    }

    // From the appendix: received → lost within a burst, and back.
    private double P23 => _c22 + _c23 == 0 ? 1 : 1 - ((double)_c22 / (_c22 + _c23));

    private double P32 => Ratio(_c23, _c13 + _c23 + _c33);

    /// <summary>Forgets everything: another source.</summary>
    public void Reset()
    {
        (_received, _discarded, _highest, _seen, _inRow, _lostInBurst) = (0, 0, 0, 0, 0, 0);
        (_c11, _c13, _c14, _c22, _c23, _c33) = (0, 0, 0, 0, 0, 0);
        (_judged, _lost, _runs) = (0, 0, 0);
    }

    /// <summary>A packet came.</summary>
    public void HandlePacket(ushort sequence)
    {
        // The first number of a source may be any (RFC 3550 §5.1): it is taken as the next one.
        if (_seen == 0)
            _highest = (ushort)(sequence - 1);
        int ahead = (short)(sequence - _highest);
        if (ahead is > 3000 or < -3000)
        {
            Reset();
            (_highest, ahead) = ((ushort)(sequence - 1), 1);
        }

        for (; ahead > 0; ahead--)
            Advance();
        if ((short)(sequence - _highest) > 0)
            _highest = sequence;
        int back = (short)(_highest - sequence);
        if (back < 64)
            _received |= 1UL << back;
        _seen = Math.Max(_seen, 1);
    }

    /// <summary>A packet came, but could not be used. One that was judged is not judged again.</summary>
    public void HandleDiscard(ushort sequence)
    {
        int back = (short)(_highest - sequence);
        if (_seen > 0 && back is >= 0 and < 64)
            _discarded |= 1UL << back;
    }

    private void Advance()
    {
        if (_seen > Window)
            Judge((_received & ~_discarded & (1UL << Window)) != 0);
        _received <<= 1;
        _discarded <<= 1;
        _seen = Math.Min(_seen + 1, Window + 1);
    }

    private void Judge(bool received)
    {
        _judged++;
        if (received)
        {
            _inRow++;
            return;
        }

        _runs += _inRow > 0 || _lost == 0 ? 1 : 0;
        _lost++;
        if (_inRow >= Gmin)
            BeginBurst();
        else
            GoOn();
        _inRow = 0;
    }

    private void BeginBurst()
    {
        _c14 += _lostInBurst == 1 ? 1 : 0;
        _c13 += _lostInBurst > 1 ? 1 : 0;
        _lostInBurst = 1;
        _c11 += _inRow;
    }

    private void GoOn()
    {
        _lostInBurst++;
        if (_inRow == 0)
        {
            _c33++;
            return;
        }

        _c23++;
        _c22 += _inRow - 1;
    }

    private static double Ratio(double part, double whole) => whole <= 0 ? 0 : part / whole;
}
