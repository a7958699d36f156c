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
        var (correlation, at) = (0.0, 0);
        for (int second = 1; second < 8 && correlation < least; second++) // a busy machine tears a second now and then, not all of them
        {
            int from = second * 48000;
            CallPair.Until(() => call.CalleeEnd?.Heard.Length > from + 48000, "sound");
            (correlation, at) = Signals.Find(sweep.AsSpan((from - 12000) % 96000, 4800), call.CalleeEnd!.Heard[(from - 12000)..(from + 24000)]);
        }

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
