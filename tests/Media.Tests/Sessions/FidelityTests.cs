// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Sessions;

public class FidelityTests
{
    [Theory]
    [InlineData("pcmu", 0.9)]
    [InlineData("g722", 0.9)]
    [InlineData("opus", 0.9)]
    public void WhatIsHeardIsWhatWasSaid(string codec, double least)
    {
        var sweep = Signals.Sweep(96000);
        using var call = new CallPair(new() { Codecs = [codec] }, callerSays: sweep);
        CallPair.Until(() => call.CalleeEnd?.Heard.Length > 72000, "1.5 s of sound");
        var (correlation, at) = Signals.Find(sweep.AsSpan(36000, 4800), call.CalleeEnd!.Heard[36000..60000]);
        Assert.True(correlation >= least, $"correlation {correlation:f3} at {at}");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    public void AnyPacketTimeCarriesSound(int milliseconds)
    {
        using var call = new CallPair(new() { PacketTime = TimeSpan.FromMilliseconds(milliseconds) });
        CallPair.Until(() => call.CalleeEnd?.Heard.Length > 60000, "sound");
        Assert.Equal(milliseconds, call.Caller.Facts!.PacketTimeMs);
        CallPair.UntilHeard(call.CalleeEnd!, 600, 24000);
    }
}
