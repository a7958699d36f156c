// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

public class SdpFuzzTests
{
    private static readonly byte[] Offer = Described(
        "a=group:BUNDLE 0", "m=audio 5004/1 RTP/SAVP 111 9 0 101", "c=IN IP6 2001:db8::1", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 stereo=1;maxaveragebitrate=30000",
        "a=rtpmap:101 telephone-event/48000", "a=fmtp:101 0-15", "a=crypto:1 " + Suite80 + " inline:" + KeyA + "|2^20|1:4 WSH=64", "a=ptime:20",
        "a=rtcp:5009 IN IP4 192.0.2.3", "a=rtcp-mux", "a=sendrecv", "a=mid:0", "m=video 0 RTP/AVP 31");

    [Fact]
    public void TruncationAtEveryByteNeverThrows()
    {
        for (var length = 0; length <= Offer.Length; length++) Use(Offer.AsSpan(0, length).ToArray());
    }

    [Fact]
    public void MutationsNeverThrow()
    {
        var random = new Random(FuzzSeed.Or(8866));
        for (var round = 0; round < 20_000; round++)
        {
            var text = Offer.ToList();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(5))
                {
                    case 0: text[at] = (byte)random.Next(256); break;
                    case 1: text.RemoveAt(at); break;
                    case 2: text.Insert(at, (byte)" :=|/\r\n\0;9"[random.Next(10)]); break;
                    case 3: text.InsertRange(at, Offer.AsSpan(random.Next(Offer.Length / 2), random.Next(40)).ToArray()); break;
                    default: text[at] = (byte)"0123456789"[random.Next(10)]; break;
                }
            }
            Use([.. text]);
        }
    }

    [Fact]
    public void FormatsThatAreRepeatedAreReadOnce()
    {
        var numbers = string.Join(' ', Enumerable.Range(0, 15_000).Select(i => i % 128));
        var text = Described(["m=audio 5 RTP/AVP " + numbers, .. Enumerable.Repeat("a=rtpmap:0 x/1", 900)]);
        Use(text);
        Assert.Equal(128, PayloadFormat.ReadAll(Parse(text).Media[0]).Count);
    }

    // Everything that reads a peer's text: as offer, as answer; and what we write must be read back.
    private static void Use(byte[] text)
    {
        if (SessionDescription.TryParse(text, out var description, out var error))
        {
            Assert.True(SessionDescription.TryParse(description!.ToBytes(), out var again, out _));
            Assert.Equal(description.ToBytes(), again!.ToBytes());
        }
        else Assert.NotEqual(SdpError.None, error);

        var answer = Answer(Secure(KeyB), text);
        if (answer.Accepted)
        {
            Assert.NotNull(answer.Media!.Crypto);
            Assert.Equal(answer.Media.Remote.Media.Length, Parse(answer.Sdp.Span).Media.Length);
        }
        Answer(Clear(), text);
        var side = new OfferAnswer(1);
        side.CreateOffer(Secure(KeyA));
        Assert.True(side.HandleAnswer(text) is { Accepted: false } or { Media.Crypto: not null });
    }
}
