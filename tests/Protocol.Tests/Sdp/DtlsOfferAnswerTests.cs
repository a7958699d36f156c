// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>Whole offers and answers with keys by DTLS (RFC 5763, RFC 8842).</summary>
public class DtlsOfferAnswerTests
{
    private static readonly string Fingerprint = "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("4A", 32));

    [Fact]
    public void AnOfferNamesTransportFingerprintRoleAndAssociation()
    {
        var lines = Lines(new OfferAnswer(1).CreateOffer(ByDtls(1)));
        Assert.Contains(lines, line => line.StartsWith("m=audio 40000 UDP/TLS/RTP/SAVPF ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("a=fingerprint:sha-256 01:", StringComparison.Ordinal));
        Assert.Contains("a=setup:actpass", lines);
        Assert.Contains(lines, line => line.StartsWith("a=tls-id:", StringComparison.Ordinal));
        Assert.Contains("a=rtcp-mux", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("a=crypto", StringComparison.Ordinal));
    }

    [Fact]
    public void TheAnswererBeginsAndEachKnowsTheOthersCertificate()
    {
        var (a, b) = (ByDtls(1), ByDtls(2));
        var (caller, callee) = Call(a, b);
        Assert.True(callee.Current!.Dtls!.IsClient);
        Assert.False(caller.Current!.Dtls!.IsClient);
        Assert.Equal(b.Dtls!.Ours, caller.Current.Dtls.Peer);
        Assert.Equal(a.Dtls!.Ours, callee.Current.Dtls.Peer);
        Assert.True(caller.Current.IsEncrypted && callee.Current.IsEncrypted);
        Assert.Equal(1, caller.Current.Dtls.Association);
    }

    [Fact]
    public void HoldAndResumeKeepTheAssociationInBothDirections()
    {
        var (a, b) = (ByDtls(1), ByDtls(2));
        var (caller, callee) = Call(a, b);
        Exchange(caller, a with { Direction = MediaDirection.SendOnly }, callee, b);
        Exchange(callee, b, caller, a);
        Assert.Equal((1, DtlsChanges.None), (caller.Current!.Dtls!.Association, caller.Current.Dtls.Changes));
        Assert.Equal((1, DtlsChanges.None), (callee.Current!.Dtls!.Association, callee.Current.Dtls.Changes));
        Assert.True(callee.Current.Dtls.IsClient);
    }

    [Fact]
    public void APreviewChangesNothing()
    {
        var local = ByDtls(2);
        var side = new OfferAnswer(1);
        side.HandleOffer(Described("m=audio 5 UDP/TLS/RTP/SAVPF 0", Fingerprint, "a=setup:actpass"));
        Assert.True(side.PreviewAnswer(local).Accepted);
        Assert.Null(local.Dtls!.Current);
        Assert.True(side.CreateAnswer(local).Accepted);
        Assert.Equal(1, local.Dtls.Current!.Association);
    }

    [Fact]
    public void ARefusedOrForgottenOfferKeepsTheAssociation()
    {
        var (a, b) = (ByDtls(1), ByDtls(2));
        var (caller, callee) = Call(a, b);
        var before = b.Dtls!.Current;
        callee.HandleOffer(Described("m=audio 5 UDP/TLS/RTP/SAVPF 3", Fingerprint, "a=setup:actpass"));
        Assert.Equal(NegotiationFailure.NoCommonCodec, callee.CreateAnswer(b).Failure);
        caller.CreateOffer(a);
        caller.Rollback();
        a.Dtls!.Rollback();
        Assert.Equal(before, b.Dtls.Current);
        Exchange(caller, a, callee, b);
        Assert.Equal(1, caller.Current!.Dtls!.Association);
    }

    [Theory]
    [InlineData("UDP/TLS/RTP/SAVPF")]
    [InlineData("UDP/TLS/RTP/SAVP")]
    [InlineData("RTP/SAVPF")]
    [InlineData("RTP/SAVP")]
    public void EveryNameOfTheTransportIsAnsweredWithItself(string profile)
    {
        var answer = Answer(ByDtls(1), Described($"m=audio 5 {profile} 0", Fingerprint, "a=setup:actpass"));
        Assert.True(answer.Accepted, answer.Reason);
        Assert.Contains($"m=audio 40000 {profile} 0", Lines(answer.Sdp));
        Assert.Contains("a=setup:passive", Lines(answer.Sdp));
        Assert.DoesNotContain(Lines(answer.Sdp), line => line.StartsWith("a=tls-id", StringComparison.Ordinal)); // the offer named none
    }

    [Theory]
    [InlineData("m=audio 5 UDP/TLS/RTP/SAVPF 0", "a=x", nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 UDP/TLS/RTP/SAVPF 0", "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 UDP/TLS/RTP/SAVPF 0", "a=fingerprint:sha-256 4A", nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 RTP/SAVP 0", "a=crypto:1 " + Suite80 + " inline:" + KeyB, nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 RTP/SAVP 0", "a=x", nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 RTP/AVP 0", "a=x", nameof(NegotiationFailure.EncryptionRequired))]
    public void WhatHasNoUsableFingerprintIsRefusedBothWays(string media, string line, string failure)
    {
        var answer = Answer(ByDtls(1), Described(media, line, "a=setup:actpass"));
        Assert.Equal((failure, 488), (answer.Failure.ToString(), answer.SipStatus));

        var side = new OfferAnswer(1);
        side.CreateOffer(ByDtls(1));
        Assert.Equal(failure, side.HandleAnswer(Described(media, line, "a=setup:active")).Failure.ToString());
        Assert.Null(side.Current);
    }

    [Fact]
    public void NeitherKeysOfTheDescriptionNorClearMediaTakeTheAssociationsPlace()
    {
        var (a, b) = (ByDtls(1), ByDtls(2));
        var (_, callee) = Call(a, b);
        callee.HandleOffer(Described("m=audio 5 RTP/SAVP 0", "a=crypto:1 " + Suite80 + " inline:" + KeyB));
        Assert.Equal(NegotiationFailure.NoCommonCrypto, callee.CreateAnswer(b with { Security = MediaSecurityPolicy.Sdes, Crypto = Secure(KeyA).Crypto }).Failure);
        callee.HandleOffer(Described("m=audio 5 RTP/AVP 0"));
        Assert.Equal(NegotiationFailure.EncryptionRequired, callee.CreateAnswer(b with { Security = MediaSecurityPolicy.None }).Failure);
        Assert.NotNull(callee.Current!.Dtls);
    }

    [Fact]
    public void ABrowsersOfferIsAnsweredWithItsNameAndGroup()
    {
        var answer = Answer(ByDtls(1), Bytes(
            "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=extmap-allow-mixed", "a=msid-semantic: WMS 6e1b",
            "m=audio 49170 UDP/TLS/RTP/SAVPF 111 63 0", "c=IN IP4 192.0.2.1", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:Kqt5", "a=ice-pwd:3K2lJY0iZ1ug5DyFSmLxuyFK",
            Fingerprint, "a=setup:actpass", "a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize",
            "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111",
            "a=ssrc:1366781083 cname:EocUG1f0fcg", "m=video 49172 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 192.0.2.1", "a=mid:1", "a=rtpmap:96 VP8/90000"));
        Assert.True(answer.Accepted, answer.Reason);
        var lines = Lines(answer.Sdp);
        Assert.Contains("a=group:BUNDLE 0", lines); // the video stream is refused, so it is in no group (RFC 8843 §7.3)
        Assert.Contains("a=mid:0", lines);
        Assert.Contains("m=video 0 UDP/TLS/RTP/SAVPF 96", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("a=rtcp-fb", StringComparison.Ordinal) || line.StartsWith("a=extmap", StringComparison.Ordinal));
        Assert.Equal("Kqt5", answer.Media!.Dtls!.PeerFragment);
    }

    [Fact]
    public void ALaterOfferKeepsNameAndGroup()
    {
        var side = new OfferAnswer(1);
        var local = ByDtls(1);
        side.HandleOffer(Bytes(
            "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", "a=group:BUNDLE audio", "m=audio 5 UDP/TLS/RTP/SAVPF 0", Fingerprint, "a=setup:actpass", "a=mid:audio"));
        Assert.True(side.CreateAnswer(local).Accepted);
        var lines = Lines(side.CreateOffer(local));
        Assert.Contains("a=group:BUNDLE audio", lines);
        Assert.Contains("a=mid:audio", lines);
        Assert.Contains("a=setup:actpass", lines);
    }

    internal static LocalMedia ByDtls(byte name) => Clear() with
    {
        Security = MediaSecurityPolicy.Dtls,
        Dtls = new DtlsNegotiation(
            new FingerprintSet(new Protocol.Sdp.Fingerprint(FingerprintHash.Sha256, string.Join(':', Enumerable.Repeat(name.ToString("X2", null), 32)))), new Counting(name)),
    };

    private sealed class Counting(byte seed) : IRandomSource
    {
        private byte _next = seed;

        public void Fill(Span<byte> destination)
        {
            foreach (ref var one in destination) one = _next++;
        }
    }
}
