// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Protocol.Rtcp;

namespace Earshot.Media.Tests.Send;

public class LossEstimateTests
{
    private readonly LossEstimate _estimate = new();
    private uint _highest = 70_000;
    private int _lost;

    [Fact]
    public void TwoLostOfTheFirstTwentyAreNotYetTenPercent()
    {
        Report(20, 2, sent: 20);
        Assert.Equal(0.05, _estimate.Latest, 0.01); // one of them may still come
        Assert.Equal(20u, _estimate.Packets);
        Assert.InRange(_estimate.Smoothed, 0.01, 0.03);
        // As many of the next sixty are.
        Report(60, 6);
        Assert.InRange(_estimate.Smoothed, 0.05, 0.07);
    }

    [Fact]
    public void EightShortReportsSayWhatALongOneDoes()
    {
        var other = new LossEstimateTests();
        (other._highest, other._lost) = (_highest, _lost);
        Report(200, 0, sent: 200);
        other.Report(200, 0, sent: 200);
        Report(200, 20);
        for (int i = 0; i < 8; i++)
            other.Report(25, i % 2 == 0 ? 3 : 2);
        Assert.Equal(_estimate.Smoothed, other._estimate.Smoothed, 0.015);
    }

    [Fact]
    public void LossIsBelievedSoonAndForgottenSlowly()
    {
        Report(200, 0, sent: 200);
        Report(200, 20);
        Assert.InRange(_estimate.Smoothed, 0.065, 0.075);
        Report(200, 0);
        Assert.InRange(_estimate.Smoothed, 0.045, 0.053);
    }

    [Fact]
    public void AReportThatGotLostLosesNothing()
    {
        Report(200, 0, sent: 200);
        (_highest, _lost) = (_highest + 200, _lost + 40); // told to nobody
        Report(200, 0);
        Assert.Equal(0.1, _estimate.Latest, 0.003);
        Assert.Equal(400u, _estimate.Packets);
    }

    [Fact]
    public void WhatIsRepeatedIsNothingNewAndAJumpBeginsAnew()
    {
        Report(200, 10, sent: 200);
        Assert.False(_estimate.HandleReport(new(7, 255, _lost, _highest, 0, 0, 0), 400));
        Assert.True(_estimate.HandleReport(new(7, 128, 5, _highest - 5000, 0, 0, 0), 400));
        Assert.Equal(0.5, _estimate.Latest, 0.003);
    }

    [Fact]
    public void WhatAQueueLostIsExcused()
    {
        Report(200, 4, sent: 200);
        double before = _estimate.Smoothed;
        Report(200, 60);
        _estimate.Excuse();
        Assert.Equal(before, _estimate.Smoothed);
    }

    [Fact]
    public void APacketThatOnlyComesLaterIsNotLost()
    {
        Report(22, 1, sent: 22);
        for (int i = 0; i < 20; i++)
            Report(22, i % 2 == 0 ? -1 : 1);
        Assert.Equal((0, 0), (_estimate.Latest, _estimate.Smoothed));
        Report(22, 1);
        Report(22, 0);
        Assert.InRange(_estimate.Smoothed, 0, 0.01);
        Report(22, 1);
        Report(22, 1);
        Assert.InRange(_estimate.Latest, 0.04, 0.05);
    }

    [Fact]
    public void DuplicatesAreNoNegativeLoss()
    {
        Report(200, 0, sent: 200);
        Report(200, -30);
        Assert.Equal((0, 0), (_estimate.Latest, _estimate.Smoothed));
    }

    private void Report(uint packets, int lost, uint sent = 10_000)
    {
        (_highest, _lost) = (_highest + packets, _lost + lost);
        byte fraction = (byte)Math.Clamp(256 * lost / (int)packets, 0, 255);
        _estimate.HandleReport(new ReportBlock(7, fraction, _lost, _highest, 0, 0, 0), sent);
    }
}
