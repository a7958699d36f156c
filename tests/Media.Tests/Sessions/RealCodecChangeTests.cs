// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Tests.Sessions;

public class RealCodecChangeTests
{
    [Fact]
    public void ACallChangesBetweenEveryCodec()
    {
        using var engine = CallPair.NewEngine(codecs: new MediaCodecs());
        using var call = new CallPair(new() { Codecs = ["opus", "g722", "pcmu", "pcma"] }, engine: engine);
        foreach (string codec in (string[])["g722", "opus", "pcma"])
        {
            call.Renegotiate(Protocol.Sdp.MediaDirection.SendReceive, codec);
            CallPair.Talk(0.6);
            Assert.Equal(codec, call.Caller.Facts!.Codec);
            Assert.True(Signals.ShareAt(call.CallerEnd!.Heard[^9600..], 1000) > 0.8, $"{codec} towards the caller");
            Assert.True(Signals.ShareAt(call.CalleeEnd!.Heard[^9600..], 600) > 0.8, $"{codec} towards the callee");
        }
    }
}
