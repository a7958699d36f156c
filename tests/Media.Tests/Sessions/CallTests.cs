// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

public class CallTests
{
    [Theory]
    [InlineData("opus", false)]
    [InlineData("g722", false)]
    [InlineData("pcmu", false)]
    [InlineData("pcma", false)]
    [InlineData("opus", true)]
    public void TwoPhonesHearEachOtherEncrypted(string codec, bool portable)
    {
        using var call = new CallPair(new() { Codecs = [codec] }, portable: portable);
        CallPair.Until(() => call.CallerEnd?.Heard.Length > 72000 && call.CalleeEnd?.Heard.Length > 72000, "1.5 s of sound");

        Assert.True(Signals.ShareAt(call.CallerEnd!.Heard[^24000..], 1000) > 0.8);
        Assert.True(Signals.ShareAt(call.CalleeEnd!.Heard[^24000..], 600) > 0.8);
        Assert.True(call.Caller.Facts!.IsEncrypted);
        Assert.Equal(codec, call.Caller.Facts.Codec);
        Assert.Equal(MediaDirection.SendReceive, call.Callee.Facts!.Direction);
        Assert.Contains(call.CallerEvents, e => e.Kind == MediaEventKind.FirstPacketReceived);
        Assert.Contains(call.CalleeEvents, e => e.Kind == MediaEventKind.FirstAudioPlayed);
        var statistics = call.Callee.GetStatistics();
        Assert.True(statistics.PacketsReceived > 50);
        Assert.Equal(0, statistics.SecurityRefusals);
        Assert.Equal(0, statistics.StrangerPackets);
    }
}
