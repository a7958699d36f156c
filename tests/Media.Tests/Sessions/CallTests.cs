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

        CallPair.UntilHeard(call.CallerEnd!, 1000, 24000);
        CallPair.UntilHeard(call.CalleeEnd!, 600, 24000);
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
