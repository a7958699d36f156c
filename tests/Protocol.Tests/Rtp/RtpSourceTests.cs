// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

/// <summary>RFC 3550 App. A.1 and A.3.</summary>
public sealed class RtpSourceTests
{
    [Fact]
    public void NumbersComeAfterEachOtherOverTheWrap()
    {
        Assert.Equal(1, SequenceNumber.Distance(65535, 0));
        Assert.Equal(-1, SequenceNumber.Distance(0, 65535));
        Assert.Equal(-32768, SequenceNumber.Distance(0, 32768));
        Assert.True(SequenceNumber.IsNewer(0, 65535));
        Assert.False(SequenceNumber.IsNewer(7, 7));
        Assert.True(SequenceNumber.IsTimestampNewer(10, uint.MaxValue));
        Assert.Equal(20, SequenceNumber.TimestampDistance(uint.MaxValue - 9, 10));
        Assert.Equal(0x2_0003, SequenceNumber.Extend(3, 0x1_fff0));
        Assert.Equal(0x1_fff0, SequenceNumber.Extend(0xfff0, 0x2_0003));
        Assert.Equal(0x1_0000_0004, SequenceNumber.ExtendTimestamp(4, 0xffff_fff0));
    }

    [Fact]
    public void ASourceIsBelievedAfterTwoInARow()
    {
        var source = new RtpSource(1);
        Assert.Equal(SequenceVerdict.Probation, source.HandleSequence(10));
        Assert.Equal(SequenceVerdict.Probation, source.HandleSequence(12));
        Assert.False(source.IsValid);
        Assert.Equal(0, source.Expected);
        Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(13));
        Assert.True(source.IsValid);
        Assert.Equal((1, 1, 0), (source.Expected, source.Received, source.Lost));
    }

    [Fact]
    public void BehindSrtpTheFirstPacketCounts()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(500));
        Assert.Equal((1, 1), (source.Expected, source.Received));
    }

    [Fact]
    public void AWrapCountsUpAndALatePacketBehindItDoesNot()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        foreach (ushort number in new ushort[] { 65533, 65534, 1, 65535, 2 })
            Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(number));
        Assert.Equal(0x1_0002u, source.HighestExtended);
        Assert.Equal((6, 5, 1), (source.Expected, source.Received, source.Lost));
    }

    [Fact]
    public void ALoneJumpIsNotBelievedButTwoInARowRestart()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        source.HandleSequence(100);
        Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(100 + 2999));
        Assert.Equal(SequenceVerdict.Suspect, source.HandleSequence(3099 + 3000));
        Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(3100));
        Assert.Equal(SequenceVerdict.Suspect, source.HandleSequence(40_000));
        Assert.Equal(SequenceVerdict.Suspect, source.HandleSequence(50_000));
        Assert.Equal(SequenceVerdict.Restarted, source.HandleSequence(50_001));
        Assert.Equal((1, 1, 50_001u), (source.Expected, source.Received, source.HighestExtended));
    }

    [Fact]
    public void MisorderOfAHundredIsARestart()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        source.HandleSequence(1000);
        Assert.Equal(SequenceVerdict.Valid, source.HandleSequence(901));
        Assert.Equal(SequenceVerdict.Suspect, source.HandleSequence(801));
        Assert.Equal(SequenceVerdict.Restarted, source.HandleSequence(802));
    }

    [Fact]
    public void FractionLostIsOfTheIntervalAlone()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        for (ushort i = 0; i < 100; i++)
        {
            if (i % 4 != 1)
                source.HandleSequence(i);
        }

        Assert.Equal(25, source.Lost);
        Assert.Equal(64, source.TakeFractionLost());
        for (ushort i = 100; i < 200; i++)
            source.HandleSequence(i);
        Assert.Equal(0, source.TakeFractionLost());
        Assert.Equal(0, source.TakeFractionLost());
    }

    [Fact]
    public void DuplicatesMakeLossNegativeAndItsFractionZero()
    {
        var source = new RtpSource(1, minimumSequential: 0);
        for (int i = 0; i < 3; i++)
            source.HandleSequence(5);
        Assert.Equal(-2, source.Lost);
        Assert.Equal(0, source.TakeFractionLost());
    }
}
