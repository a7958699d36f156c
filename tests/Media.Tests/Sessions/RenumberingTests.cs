// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

public class RenumberingTests
{
    [Fact]
    public void APeerThatRenumbersItsCodecsWithEveryOfferGetsNoMoreDecodersThanCodecsAndComfortNoise()
    {
        var options = new MediaSessionOptions { Codecs = ["pcmu", "pcma"], Security = MediaSecurityPolicy.None };
        var negotiator = new MediaNegotiator(options, new TestRandom(7), new PlainCodecs()) { Local = new(IPAddress.Loopback, 4000) };
        var decoders = new HashSet<object>();
        for (int i = 0; i < 100; i++)
        {
            var (number, name) = (96 + (i % 21), i % 2 == 0 ? "PCMU" : "PCMA");
            string offer = $"v=0\r\no=- 1 {i + 1} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP {number}\r\na=rtpmap:{number} {name}/8000\r\n";
            Assert.True(negotiator.AcceptOffer(Encoding.ASCII.GetBytes(offer)).Accepted);
            foreach (var (_, decoder) in negotiator.Plan!.Playback.Decoders)
                decoders.Add(decoder);
        }

        Assert.Equal(3, decoders.Count);
    }
}
