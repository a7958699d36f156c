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
            CallPair.Until(() => call.Caller.Facts!.Codec == codec, codec);
            CallPair.Talk(0.6);
            CallPair.UntilHeard(call.CallerEnd!, 1000);
            CallPair.UntilHeard(call.CalleeEnd!, 600);
        }
    }
}
