// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;

namespace Earshot.Media.Tests.Send;

/// <summary>What reports make of sending, report by report.</summary>
public class SendAdaptationTests
{
    private static readonly AdaptationLimits Limits = new(32000, 72000, 960, 2880, Fec: true, Redundancy: true);

    private readonly SendAdaptation _adaptation = new();
    private readonly SentTimes _sent = new();
    private double _seconds;
    private uint _highest = 1000;
    private int _lost;

    [Fact]
    public void ErrorCorrectionComesWithLossAndGoesWithHysteresis()
    {
        _adaptation.Begin(Limits);
        Report(0);
        Assert.Equal(0, _adaptation.Settings.LossPercent);
        Report(0.05);
        Assert.InRange(_adaptation.Settings.LossPercent, 3, 6);
        for (int i = 0; i < 4; i++)
            Report(0.007);
        Assert.True(_adaptation.Settings.LossPercent > 0);
        for (int i = 0; i < 10; i++)
            Report(0);
        Assert.Equal(0, _adaptation.Settings.LossPercent);
    }

    /// <summary>Told less than 6 % libopus goes without correction at 32 kbit/s; told more than 10 % it takes the bits from the sound itself.</summary>
    [Theory]
    [InlineData(0.02, 6)]
    [InlineData(0.065, 7)]
    public void CorrectionIsPaidForByAQuarterMoreBits(double loss, int told)
    {
        _adaptation.Begin(Limits);
        for (int i = 0; i < 10; i++)
            Report(loss);
        Assert.Equal(new SendSettings(40000, 960, told, RedundancyDistances.None), _adaptation.Settings);
    }

    [Fact]
    public void CorrectionAddsNothingBeyondWhatThePeerReceives()
    {
        _adaptation.Begin(Limits with { Ceiling = 34000, Redundancy = false });
        for (int i = 0; i < 10; i++)
            Report(0.3);
        Assert.Equal(new SendSettings(34000, 960, 10, RedundancyDistances.None), _adaptation.Settings);
    }

    [Fact]
    public void ErrorCorrectionIsAskedForAsLibopusCodesIt()
    {
        _adaptation.Begin(Limits with { Redundancy = false });
        Report(0.02);
        Assert.Equal(6, _adaptation.Settings.LossPercent);
        for (int i = 0; i < 10; i++)
            Report(0.09);
        Assert.Equal(9, _adaptation.Settings.LossPercent);
        for (int i = 0; i < 10; i++)
            Report(0.3);
        Assert.Equal(10, _adaptation.Settings.LossPercent);
    }

    [Fact]
    public void APeerWithoutEitherProtectionGetsNone()
    {
        _adaptation.Begin(Limits with { Fec = false, Redundancy = false });
        for (int i = 0; i < 10; i++)
            Report(0.2);
        Assert.Equal(new SendSettings(32000, 960, 0, RedundancyDistances.None), _adaptation.Settings);
    }

    [Fact]
    public void BurstsAreBridgedByAWiderDistance()
    {
        _adaptation.Begin(Limits);
        for (int i = 0; i < 5; i++)
        {
            _adaptation.BurstLength = 3;
            Report(0.1);
        }

        Assert.Equal(new RedundancyDistances(1, 4), _adaptation.Settings.Distances);
        Assert.Equal(24000, _adaptation.Settings.Bitrate);
    }

    [Fact]
    public void CopiesThatMakeItWorseAreTakenBack()
    {
        _adaptation.Begin(Limits);
        Report(0.1);
        Report(0.16);
        Assert.NotEqual(0, _adaptation.Settings.Distances.Depth);
        double wire = _adaptation.Settings.WireRate;
        for (int i = 0; i < 3; i++)
            Report(0.34);
        Assert.Equal(0, _adaptation.Settings.Distances.Depth);
        Assert.True(_adaptation.Settings.WireRate < wire);
    }

    [Fact]
    public void NothingGoesBelowTheFloorAndPacketsGrowNoLongerThanAgreed()
    {
        _adaptation.Begin(Limits with { LongestFrameSamples = 1920 });
        Report(0, roundTripMs: 50);
        for (int i = 0; i < 30; i++)
            Report(0.3, roundTripMs: 400 + (i * 50));
        Assert.Equal(SendAdaptation.Floor, _adaptation.Settings.Bitrate);
        Assert.Equal(1920, _adaptation.Settings.FrameSamples);
        for (int i = 0; i < 120; i++)
            Report(0, roundTripMs: 50);
        Assert.Equal(new SendSettings(32000, 960, 0, RedundancyDistances.None), _adaptation.Settings);
    }

    [Fact]
    public void AReportThatIsRepeatedSaysNothingNew()
    {
        _adaptation.Begin(Limits);
        Report(0.05);
        var before = _adaptation.Settings;
        for (int i = 0; i < 20; i++)
            Assert.False(_adaptation.HandleReport(Instant.FromMilliseconds(_seconds * 1000), new ReportBlock(7, 255, _lost, _highest, 0, 0, 0), 48000, null, _sent));
        Assert.Equal(before, _adaptation.Settings);
    }

    [Fact]
    public void HostileReportsKeepSettingsInTheirBounds()
    {
        var random = new Random(3550);
        _adaptation.Begin(Limits);
        for (int i = 0; i < 50_000; i++)
        {
            _adaptation.BurstLength = random.NextDouble() * 1e6;
            var block = new ReportBlock(
                (uint)random.Next(2), (byte)random.Next(256), random.Next(int.MinValue, int.MaxValue), (uint)random.NextInt64(uint.MaxValue),
                (uint)random.NextInt64(uint.MaxValue), 0, 0);
            _adaptation.HandleReport(Instant.FromMilliseconds(i * 100), in block, 48000, random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.NextDouble() * 60), _sent);
            var s = _adaptation.Settings;
            Assert.InRange(s.Bitrate, SendAdaptation.Floor, 40000);
            Assert.InRange(s.Bitrate * (1 + s.Distances.Depth), SendAdaptation.Floor, 72000);
            Assert.True(s.FrameSamples is 960 or 1920 or 2880);
            Assert.InRange(s.LossPercent, 0, 25);
            Assert.InRange(s.Distances.Far, 0, RedundancyDistances.Maximum);
        }
    }

    private void Report(double loss, double? roundTripMs = null)
    {
        _seconds += 4;
        for (int i = 0; i < 1000; i++)
            _sent.Note(Instant.FromMilliseconds((_seconds * 1000) - 4000 + (4 * i)), (ushort)++_highest);
        _lost += (int)(1000 * loss);
        var block = new ReportBlock(7, (byte)(256 * loss), _lost, _highest, 0, 0, 0);
        _adaptation.HandleReport(Instant.FromMilliseconds(_seconds * 1000), in block, 48000, roundTripMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, _sent);
    }
}
