// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

/// <summary>RFC 3550 App. A.3 and A.8 against values worked out by hand.</summary>
public sealed class ReceptionStatisticsTests
{
    private static Instant Ms(double ms) => Instant.FromMilliseconds(ms);

    [Fact]
    public void JitterFollowsTheEstimatorOfTheRfc()
    {
        var statistics = new ReceptionStatistics(8000, minimumSequential: 0);
        statistics.HandlePacket(Ms(0), 1, 0, 0);
        statistics.HandlePacket(Ms(30), 1, 1, 160);
        // 10 ms late: |D| = 80; J = 80/16 = 5.
        Assert.Equal(5, statistics.Jitter, 9);
        statistics.HandlePacket(Ms(40), 1, 2, 320);
        // Back on time: |D| = 80; J = 5 + 75/16 = 9.6875.
        Assert.Equal(9.6875, statistics.Jitter, 9);
        statistics.HandlePacket(Ms(60), 1, 3, 480);
        Assert.Equal(9.6875 * 15 / 16, statistics.Jitter, 9);
        Assert.Equal(9.6875 * 15 / 16 / 8, statistics.JitterMilliseconds, 9);
    }

    [Fact]
    public void JitterIsBlindToTheWrapOfTheTimeStamp()
    {
        var statistics = new ReceptionStatistics(48000, minimumSequential: 0);
        uint timestamp = uint.MaxValue - 1000;
        for (ushort i = 0; i < 10; i++)
            statistics.HandlePacket(Ms(20 * i), 1, i, timestamp + (960u * i));
        Assert.Equal(0, statistics.Jitter);
    }

    [Fact]
    public void AnotherClockRateKeepsTheMillisecondsAndComparesNothingOverTheChange()
    {
        var statistics = new ReceptionStatistics(8000, minimumSequential: 0);
        statistics.HandlePacket(Ms(0), 1, 0, 0);
        statistics.HandlePacket(Ms(30), 1, 1, 160);
        statistics.SetClockRate(48000);
        Assert.Equal(5.0 / 8, statistics.JitterMilliseconds, 9);
        statistics.HandlePacket(Ms(50), 1, 2, 999_999);
        Assert.Equal(5.0 / 8, statistics.JitterMilliseconds, 9);
    }

    [Fact]
    public void APeerThatTakesTurnsWithTwoClocksUnderOneSourceShowsNoJitter()
    {
        var statistics = new ReceptionStatistics(48000, minimumSequential: 0);
        uint slow = 77, fast = 5_000_000;
        for (ushort i = 0; i < 100; i++)
        {
            bool isSlow = i / 10 % 2 == 1;
            HandlePacket(statistics, i, i, isSlow ? slow : fast, isSlow ? 8000 : 48000);
            (slow, fast) = (slow + 160, fast + 960);
        }

        Assert.Equal(0, statistics.Jitter);
        Assert.Equal(0, statistics.Source!.Lost);
    }

    [Fact]
    public void KeysCountForLossButNotForJitter()
    {
        var statistics = new ReceptionStatistics(8000);
        for (ushort i = 0; i < 50; i++)
        {
            // A key of 400 ms: all its packets bear the time stamp of its start.
            bool isKey = i is >= 20 and < 40;
            HandlePacket(statistics, i, i, isKey ? 20 * 160u : i * 160u, isKey ? ReceptionStatistics.NoClock : 8000);
        }

        Assert.Equal(0, statistics.Jitter);
        Assert.Equal((49L, 0L), (statistics.Source!.Received, statistics.Source.Lost));
    }

    private static void HandlePacket(ReceptionStatistics statistics, int index, ushort sequence, uint timestamp, int clockRate)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 4];
        RtpPacket.WriteHeader(bytes, 0, marker: false, sequence, timestamp, ssrc: 1);
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        statistics.HandlePacket(Ms(20 * index), in packet, clockRate);
    }

    [Fact]
    public void AReportTellsLossAndAnswersTheSendersReport()
    {
        var statistics = new ReceptionStatistics(8000, minimumSequential: 0);
        Assert.False(statistics.TryTakeReport(Ms(0), out _));
        foreach (ushort number in new ushort[] { 65534, 65535, 1, 2 })
            statistics.HandlePacket(Ms(0), 9, number, 0);
        statistics.HandleSenderReport(Ms(100), 8, new NtpTime(1));
        statistics.HandleSenderReport(Ms(100), 9, new NtpTime(0x0123_4567_89ab_cdef));
        Assert.True(statistics.TryTakeReport(Ms(1600), out var block));
        // Five expected, four came: 1/5 of 256; 1.5 s in 1/65536 s.
        Assert.Equal(new ReportBlock(9, 51, 1, 0x1_0002, 0, 0x4567_89ab, 98304), block);
        Assert.True(statistics.TryTakeReport(Ms(1600), out block));
        Assert.Equal(0, block.FractionLost);
    }

    [Fact]
    public void ANewSourceTakesOverAfterItsProbation()
    {
        var statistics = new ReceptionStatistics(8000);
        for (ushort i = 0; i < 5; i++)
            statistics.HandlePacket(Ms(i * 20), 1, i, 0);
        Assert.Equal(SequenceVerdict.Probation, statistics.HandlePacket(Ms(100), 2, 50, 0));
        Assert.Equal(1u, statistics.Source!.Ssrc);
        Assert.Equal(SequenceVerdict.Valid, statistics.HandlePacket(Ms(120), 2, 51, 0));
        Assert.Equal(2u, statistics.Source!.Ssrc);
        Assert.Equal(1, statistics.Source.Received);
        Assert.Equal(SequenceVerdict.Probation, statistics.HandlePacket(Ms(140), 1, 5, 0));
    }

    [Fact]
    public void AlternatingStrangersLeaveTheSourceAloneAndDoNotAllocate()
    {
        var statistics = new ReceptionStatistics(8000);
        SteadyState.AllocatesNothing(2000, i =>
        {
            statistics.HandlePacket(Ms(i), 1, (ushort)i, (uint)i * 8);
            statistics.HandlePacket(Ms(i), 1000 + (uint)i, (ushort)(i * 7), 0);
        });
        Assert.Equal((1u, 0L), (statistics.Source!.Ssrc, statistics.Source.Lost));
    }

    [Fact]
    public void TakingTurnsWithTwoInARowDoesNotAllocate()
    {
        var statistics = new ReceptionStatistics(8000);
        SteadyState.AllocatesNothing(2000, i =>
        {
            statistics.HandlePacket(Ms(i), (uint)(i / 2), (ushort)i, 0);
        });
    }
}
