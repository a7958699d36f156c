// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

public class OfferAnswerTests
{
    [Fact]
    public void Rfc3264Section10Dot1BasicExchange()
    {
        var offer = Described(
            "m=audio 49170 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "m=video 51372 RTP/AVP 31", "a=rtpmap:31 H261/90000", "m=video 53000 RTP/AVP 32", "a=rtpmap:32 MPV/90000");
        var answer = Answer(Clear(), offer);
        Assert.Equal(
            [
                "v=0", "o=- 7 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0", "m=audio 40000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000",
                "a=ptime:20", "a=sendrecv", "m=video 0 RTP/AVP 31", "m=video 0 RTP/AVP 32",
            ],
            Lines(answer.Sdp));
        Assert.Equal("198.51.100.1:49170", answer.Media!.RemoteRtp.ToString());
        Assert.Equal("198.51.100.1:49171", answer.Media.RemoteRtcp.ToString());
        Assert.Null(answer.Media.TelephoneEvent);
        Assert.Null(answer.Media.Crypto);
    }

    [Fact]
    public void Rfc3264Section10Dot2OneOfManyCodecsIsLockedByASecondOffer()
    {
        var caller = Clear(Pcmu, new LocalCodec("G723", 8000, 1, 4), Pcma);
        var (a, b) = Call(caller, Clear(Pcma, Pcmu) with { AnswerOneCodec = false });
        Assert.Equal([0, 8], a.Current!.Codecs.Select(c => c.SendPayloadType));
        var (offerer, _) = Exchange(a, caller with { Codecs = [Pcma] }, b, Clear(Pcma, Pcmu));
        Assert.Equal("PCMA", Assert.Single(offerer.Codecs).Name);
    }

    [Fact]
    public void Rfc4317Section2Dot1AudioIsTakenAndVideoRefusedInPlace()
    {
        var offer = Described(
            "m=video 51372 RTP/AVP 31 32", "a=rtpmap:31 H261/90000", "m=audio 49170 RTP/AVP 0 8 97", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:97 iLBC/8000", "a=mid:second");
        var lines = Lines(Answer(Clear(Pcma, Pcmu), offer).Sdp);
        Assert.Equal("m=video 0 RTP/AVP 31 32", lines[5]);
        Assert.Equal("m=audio 40000 RTP/AVP 0", lines[6]);
        Assert.Contains("a=mid:second", lines);
        Assert.Contains("m=audio 40000 RTP/AVP 8", Lines(Answer(Clear(Pcma, Pcmu) with { Preference = CodecPreference.Ours }, offer).Sdp));
    }

    [Fact]
    public void AnswerUsesTheOffersNumbersAndMatchesEventsByClockRate()
    {
        var answer = Answer(Clear(), Described(
            "m=audio 5004 RTP/AVP 111 9 0 110 126", "a=rtpmap:111 OPUS/48000/2", "a=fmtp:111 maxaveragebitrate=20000;usedtx=1",
            "a=rtpmap:110 telephone-event/8000", "a=rtpmap:126 telephone-event/48000", "a=fmtp:126 0-16", "a=ptime:40", "a=maxptime:30"));
        var media = answer.Media!;
        Assert.Equal(("opus", 111, 111), (media.Codec.Name, media.Codec.SendPayloadType, media.Codec.ReceivePayloadType));
        Assert.Equal(20000, OpusParameters.From(media.Codec.RemoteFormat).MaxAverageBitrate);
        Assert.Equal((48000, 126), (media.TelephoneEvent!.ClockRate, media.TelephoneEvent.SendPayloadType));
        Assert.Equal(30, media.PacketTime);
        Assert.Contains("m=audio 40000 RTP/AVP 111 126", Lines(answer.Sdp));
        Assert.Contains("a=rtpmap:111 opus/48000/2", Lines(answer.Sdp));
        Assert.Contains("a=fmtp:111 useinbandfec=1", Lines(answer.Sdp));
    }

    [Fact]
    public void EventsAtAnotherClockRateAreBetterThanNone()
    {
        var media = Answer(Clear(), Described("m=audio 5004 RTP/AVP 96 101", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000")).Media!;
        Assert.Equal(8000, media.TelephoneEvent!.ClockRate);
    }

    [Fact]
    public void EachSideSendsWithTheNumbersOfTheOther()
    {
        var side = new OfferAnswer(1);
        side.CreateOffer(Clear());
        var result = side.HandleAnswer(Described("m=audio 6000 RTP/AVP 120 9", "a=rtpmap:120 opus/48000/2"));
        Assert.Equal((120, 96), (result.Media!.Codec.SendPayloadType, result.Media.Codec.ReceivePayloadType));
        Assert.Equal("G722", result.Media.Codecs[1].Name);
    }

    [Fact]
    public void ANumberNeverChangesItsMeaning()
    {
        var side = new OfferAnswer(1);
        Assert.True(side.HandleOffer(Described("m=audio 5004 RTP/AVP 101", "a=rtpmap:101 opus/48000/2")).Accepted);
        Assert.True(side.CreateAnswer(Clear()).Accepted);
        var lines = Lines(side.CreateOffer(Clear(Opus, Event8)));
        Assert.Contains("a=rtpmap:101 opus/48000/2", lines);
        Assert.Contains("a=rtpmap:96 telephone-event/8000", lines);
    }

    [Theory]
    [InlineData("sendrecv", "sendrecv")]
    [InlineData("sendonly", "recvonly")]
    [InlineData("recvonly", "sendonly")]
    [InlineData("inactive", "inactive")]
    public void DirectionIsMirrored(string offered, string answered)
    {
        var answer = Answer(Clear(), Described("m=audio 5004 RTP/AVP 0", "a=" + offered));
        Assert.Contains("a=" + answered, Lines(answer.Sdp));
        Assert.Equal(offered is "sendonly" or "inactive", answer.Media!.HeldByRemote);
    }

    [Fact]
    public void HoldAndResumeRaiseTheVersionAndKeepTheRest()
    {
        var local = Clear();
        var (a, b) = Call(local, local);
        var (holder, held) = Exchange(a, local with { Direction = MediaDirection.SendOnly }, b, local);
        Assert.Equal((MediaDirection.SendOnly, MediaDirection.ReceiveOnly), (holder.Direction, held.Direction));
        Assert.True(held.HeldByRemote);
        var (resumed, _) = Exchange(a, local, b, local);
        Assert.Equal(MediaDirection.SendReceive, resumed.Direction);
        Assert.Equal("o=- 1000 3 IN IP4 192.0.2.10", Lines(b.Current!.Remote.ToBytes())[1]);
        Exchange(a, local, b, local);
        Assert.Equal(new SdpOrigin(1000, 3), b.Current.Remote.Origin);
    }

    [Theory]
    [InlineData("c=IN IP4 0.0.0.0")]
    [InlineData("c=IN IP6 ::")]
    public void OldStyleHoldIsUnderstood(string connection)
    {
        var answer = Answer(Clear(), Described("m=audio 5004 RTP/AVP 0", connection));
        Assert.True(answer.Media!.HeldByRemote);
        Assert.False(answer.Media.Direction.Sends());
        Assert.Contains("a=recvonly", Lines(answer.Sdp));
    }

    [Fact]
    public void BothHoldAndNothingFlows()
    {
        var answer = Answer(Clear() with { Direction = MediaDirection.SendOnly }, Described("m=audio 5004 RTP/AVP 0", "a=sendonly"));
        Assert.Equal(MediaDirection.Inactive, answer.Media!.Direction);
    }

    [Fact]
    public void RtcpIsMultiplexedWhenBothSay()
    {
        var (a, b) = Call(Clear(), Clear());
        Assert.True(a.Current!.RtcpMux && b.Current!.RtcpMux);
        Assert.Equal(a.Current.RemoteRtp, a.Current.RemoteRtcp);
        var media = Answer(Clear(), Described("m=audio 5004 RTP/AVP 0", "a=rtcp:53020 IN IP4 126.16.64.4")).Media!;
        Assert.False(media.RtcpMux);
        Assert.Equal("126.16.64.4:53020", media.RemoteRtcp.ToString());
    }

    [Fact]
    public void DelayedOfferWorks()
    {
        var callee = new OfferAnswer(1);
        var caller = new OfferAnswer(2);
        var (offerer, answerer) = Exchange(callee, Clear(), caller, Clear());
        Assert.Equal("opus", offerer.Codec.Name);
        Assert.Equal("opus", answerer.Codec.Name);
    }

    [Fact]
    public void GlareIsRolledBackAndTriedAgain()
    {
        var local = Clear();
        var (a, b) = Call(local, local);
        var fromA = a.CreateOffer(local with { Direction = MediaDirection.SendOnly });
        b.CreateOffer(local with { Direction = MediaDirection.Inactive });
        var glare = b.HandleOffer(fromA.Span);
        Assert.Equal((NegotiationFailure.Glare, 491), (glare.Failure, glare.SipStatus));
        b.Rollback();
        a.Rollback();
        Assert.Equal(NegotiationState.Stable, a.State);
        Assert.Equal(MediaDirection.SendReceive, a.Current!.Direction);
        var (offerer, _) = Exchange(a, local with { Direction = MediaDirection.SendOnly }, b, local);
        Assert.Equal(MediaDirection.SendOnly, offerer.Direction);
    }

    [Fact]
    public void StateIsHeldTogether()
    {
        var side = new OfferAnswer(1);
        Assert.Equal(NegotiationFailure.UnexpectedAnswer, side.HandleAnswer(Described("m=audio 5 RTP/AVP 0")).Failure);
        Assert.Throws<InvalidOperationException>(() => side.CreateAnswer(Clear()));
        side.HandleOffer(Described("m=audio 5 RTP/AVP 0"));
        Assert.Equal(NegotiationState.HaveRemoteOffer, side.State);
        Assert.Equal(500, side.HandleOffer(Described("m=audio 5 RTP/AVP 0")).SipStatus);
        Assert.Throws<InvalidOperationException>(() => side.CreateOffer(Clear()));
        Assert.Equal(NegotiationFailure.None, side.PreviewAnswer(Clear()).Failure);
        Assert.Equal(NegotiationState.HaveRemoteOffer, side.State);
        Assert.Null(side.Current);
    }

    [Fact]
    public void TheSameAnswerAgainChangesNothing()
    {
        var side = new OfferAnswer(1);
        side.CreateOffer(Clear());
        var early = Described("m=audio 5 RTP/AVP 0");
        Assert.True(side.HandleAnswer(early, final: false).Accepted);
        Assert.Equal(NegotiationState.HaveLocalOffer, side.State);
        var final = Described("m=audio 7 RTP/AVP 0");
        Assert.True(side.HandleAnswer(final).Accepted);
        Assert.Equal(7, side.Current!.RemoteRtp.Port);
        Assert.True(side.HandleAnswer(final).Accepted);
        Assert.Equal(NegotiationFailure.UnexpectedAnswer, side.HandleAnswer(early).Failure);
    }

    [Theory]
    [InlineData("m=audio 5004 RTP/AVP 3", nameof(NegotiationFailure.NoCommonCodec))]
    [InlineData("m=audio 0 RTP/AVP 0", nameof(NegotiationFailure.NoAudio))]
    [InlineData("m=video 5004 RTP/AVP 31", nameof(NegotiationFailure.NoAudio))]
    [InlineData("m=audio 5004 UDP/TLS/RTP/SAVPF 0", nameof(NegotiationFailure.UnsupportedProfile))]
    [InlineData("m=audio 5004 TCP/RTP/AVP 0", nameof(NegotiationFailure.UnsupportedProfile))]
    [InlineData("m=audio 5004 RTP/SAVP 0", nameof(NegotiationFailure.NoCommonCrypto))]
    public void WhatCannotBeAgreedIsRefusedWith488(string media, string failure)
    {
        var answer = Answer(Clear(), Described(media));
        Assert.Equal((failure, 488), (answer.Failure.ToString(), answer.SipStatus));
        Assert.NotEmpty(answer.Reason);
        Assert.True(answer.Sdp.IsEmpty);
    }

    [Fact]
    public void NamesAsAddressesAndGarbageAreRefused()
    {
        Assert.Equal(NegotiationFailure.UnsupportedAddress, Answer(Clear(), Described("m=audio 5 RTP/AVP 0", "c=IN IP4 host.example.com")).Failure);
        Assert.Equal(400, Answer(Clear(), Encoding.ASCII.GetBytes("no sdp")).SipStatus);
    }

    [Fact]
    public void ARefusedNewOfferLeavesTheCallAsItWas()
    {
        var (a, b) = Call(Clear(), Clear());
        var before = b.Current;
        Assert.True(b.HandleOffer(Described("m=audio 5004 RTP/AVP 3")).Accepted);
        Assert.Equal(488, b.CreateAnswer(Clear()).SipStatus);
        Assert.Same(before, b.Current);
        Assert.Equal(NegotiationState.Stable, b.State);
        Exchange(a, Clear(Pcmu), b, Clear());
    }

    [Fact]
    public void ANewOfferKeepsTheOrderOfRefusedStreams()
    {
        var side = new OfferAnswer(1);
        side.HandleOffer(Described("m=video 51372 RTP/AVP 31", "m=audio 49170 RTP/AVP 0"));
        side.CreateAnswer(Clear());
        var media = Parse(side.CreateOffer(Clear(Pcmu)).Span).Media;
        Assert.Equal(2, media.Length);
        Assert.Equal(("video", 0), (media[0].KindText, media[0].Port));
        Assert.Equal(("audio", 40000), (media[1].KindText, media[1].Port));
    }

    [Fact]
    public void Ipv6AndExtraAttributesAreWritten()
    {
        var lines = Lines(new OfferAnswer(1).CreateOffer(Clear(Pcmu) with
        {
            Address = System.Net.IPAddress.Parse("2001:db8::7"),
            SessionAttributes = ["ice-lite"],
            MediaAttributes = ["candidate:1 1 UDP 1 2001:db8::7 40000 typ host"],
            RtcpPort = 40009,
            MaxPacketTime = 60,
        }));
        Assert.Contains("c=IN IP6 2001:db8::7", lines);
        Assert.Contains("a=ice-lite", lines);
        Assert.Contains("a=candidate:1 1 UDP 1 2001:db8::7 40000 typ host", lines);
        Assert.Contains("a=rtcp:40009", lines);
        Assert.Contains("a=maxptime:60", lines);
    }
}
