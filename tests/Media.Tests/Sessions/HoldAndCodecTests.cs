// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

public class HoldAndCodecTests
{
    [Fact]
    public void AHeldCallIsSilentAndResumes()
    {
        using var call = new CallPair(new() { SilenceTimeout = TimeSpan.FromMilliseconds(300) });
        CallPair.Talk(0.6);
        call.Renegotiate(MediaDirection.Inactive);
        CallPair.Talk(0.8);
        int mark = call.CallerEnd!.Heard.Length;
        Assert.True(Signals.Rms(call.CallerEnd.Heard[(mark - 9600)..mark]) < 10);
        Assert.True(Signals.Rms(call.CalleeEnd!.Heard[^9600..]) < 10);
        Assert.DoesNotContain(call.CallerEvents, e => e.Kind == MediaEventKind.Silence);
        Assert.Equal(MediaDirection.Inactive, call.Callee.Facts!.Direction);

        call.Renegotiate(MediaDirection.SendReceive);
        CallPair.Talk(0.8);
        CallPair.UntilHeard(call.CallerEnd, 1000);
        CallPair.UntilHeard(call.CalleeEnd, 600);
    }

    [Fact]
    public void TheCodecChangesInARunningCall()
    {
        using var call = new CallPair(new() { Codecs = ["opus", "pcmu"] });
        CallPair.Talk(0.6);
        Assert.Equal("opus", call.Caller.Facts!.Codec);
        call.Renegotiate(MediaDirection.SendReceive, "pcmu");
        CallPair.Talk(0.9);
        Assert.Equal("pcmu", call.Caller.Facts!.Codec);
        Assert.Equal("pcmu", call.Callee.Facts!.Codec);
        CallPair.UntilHeard(call.CallerEnd!, 1000);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
    }

    [Fact]
    public void ARefusedNewOfferLeavesTheCallAsItWas()
    {
        using var call = new CallPair();
        call.Caller.CreateReoffer(MediaDirection.Inactive);
        call.Caller.Rollback();
        Assert.False(call.Callee.AcceptReoffer("v=0\r\nrubbish"u8.ToArray()).Accepted);
        CallPair.Talk(0.8);
        Assert.Equal(MediaDirection.SendReceive, call.Caller.Facts!.Direction);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
    }
}
