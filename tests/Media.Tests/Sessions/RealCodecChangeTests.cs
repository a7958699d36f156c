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
            CallPair.Until(() => IsHeard(call.CallerEnd!, 1000), $"{codec} towards the caller");
            CallPair.Until(() => IsHeard(call.CalleeEnd!, 600), $"{codec} towards the callee");
        }
    }

    private static bool IsHeard(TestEnd end, int hertz) => Signals.ShareAt(end.Heard[^9600..], hertz) > 0.8;
}
