// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

public class SdesNegotiationTests
{
    private const string Line80 = $"a=crypto:7 {Suite80} inline:{KeyA}|2^20|1:4";

    [Fact]
    public void BothSidesEndWithEachOthersKey()
    {
        var (a, b) = Call(Secure(KeyA), Secure(KeyB) with { Crypto = [new LocalCrypto(Suite80, KeyB)] });
        Assert.Equal(new NegotiatedCrypto(Suite80, KeyA, KeyB, 0, 0, 0), a.Current!.Crypto);
        Assert.Equal(new NegotiatedCrypto(Suite80, KeyB, KeyA, 0, 0, 0), b.Current!.Crypto);
        Assert.Equal("RTP/SAVP", a.Current.RemoteAudio.ProtocolText);
    }

    [Fact]
    public void OneLineIsChosenAndItsTagEchoed()
    {
        var answer = Answer(Secure(KeyB), Described("m=audio 5 RTP/SAVP 0", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + KeyA, Line80));
        Assert.Equal(["a=crypto:7 " + Suite80 + " inline:" + KeyB], Lines(answer.Sdp).Where(l => l.StartsWith("a=crypto", StringComparison.Ordinal)));
        Assert.Equal(new NegotiatedCrypto(Suite80, KeyB, KeyA, 1, 4, 1 << 20), answer.Media!.Crypto);
    }

    [Fact]
    public void OrderOfSuitesFollowsThePreference()
    {
        var offer = Described("m=audio 5 RTP/SAVP 0", Line80, "a=crypto:8 AEAD_AES_128_GCM inline:" + GcmKey);
        Assert.Equal(Suite80, Answer(Secure(KeyB), offer).Media!.Crypto!.Suite);
        Assert.Equal("AEAD_AES_128_GCM", Answer(Secure(KeyB) with { Preference = CodecPreference.Ours }, offer).Media!.Crypto!.Suite);
    }

    [Fact]
    public void OptionalEncryptionInAClearProfileIsTaken()
    {
        var answer = Answer(Secure(KeyB), Described("m=audio 5 RTP/AVP 0", Line80));
        Assert.NotNull(answer.Media!.Crypto);
        Assert.Contains("m=audio 40000 RTP/AVP 0", Lines(answer.Sdp));
    }

    [Fact]
    public void TheStreamThatCanBeEncryptedIsChosen()
    {
        var answer = Answer(Secure(KeyB), Described("m=audio 5 RTP/AVP 0", "m=audio 7 RTP/SAVP 0", Line80));
        Assert.Equal(7, answer.Media!.RemoteRtp.Port);
        Assert.Contains("m=audio 0 RTP/AVP 0", Lines(answer.Sdp));
    }

    [Fact]
    public void ClearOffersAreRefusedUnlessClearWasAskedFor()
    {
        var offer = Described("m=audio 5 RTP/AVP 0");
        Assert.Equal(NegotiationFailure.EncryptionRequired, Answer(Secure(KeyB), offer).Failure);
        Assert.True(Answer(Clear(), offer).Accepted);
    }

    [Theory]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + KeyA + " UNENCRYPTED_SRTP")]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short")]
    [InlineData("a=x")]
    public void SecureOffersAreNeverAnsweredInClear(string line)
    {
        foreach (var local in new[] { Secure(KeyB), Clear() })
            Assert.Equal(NegotiationFailure.NoCommonCrypto, Answer(local, Described("m=audio 5 RTP/SAVP 0", line)).Failure);
    }

    [Theory]
    [InlineData("m=audio 5 RTP/AVP 0", "a=x", nameof(NegotiationFailure.EncryptionRequired))]
    [InlineData("m=audio 5 RTP/AVP 0", "a=crypto:2 " + Suite80 + " inline:" + KeyB, nameof(NegotiationFailure.EncryptionRequired))]
    [InlineData("m=audio 5 RTP/SAVP 0", "a=x", nameof(NegotiationFailure.EncryptionRequired))]
    [InlineData("m=audio 5 RTP/SAVP 0", "a=crypto:1 " + Suite80 + " inline:" + KeyB, nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 RTP/SAVP 0", "a=crypto:3 " + Suite80 + " inline:" + KeyB, nameof(NegotiationFailure.NoCommonCrypto))]
    [InlineData("m=audio 5 UDP/TLS/RTP/SAVPF 0", "a=x", nameof(NegotiationFailure.UnsupportedProfile))]
    [InlineData("m=audio 0 RTP/SAVP 0", "a=x", nameof(NegotiationFailure.NoAudio))]
    [InlineData("m=video 5 RTP/SAVP 0", "a=x", nameof(NegotiationFailure.Malformed))]
    [InlineData("m=audio 5 RTP/SAVP 3", "a=crypto:2 " + Suite80 + " inline:" + KeyB, nameof(NegotiationFailure.NoCommonCodec))]
    public void AnswersThatDoNotKeepToTheOfferFail(string media, string line, string failure)
    {
        var side = new OfferAnswer(1);
        side.CreateOffer(Secure(KeyA));
        Assert.Equal(failure, side.HandleAnswer(Described(media, line)).Failure.ToString());
        Assert.Null(side.Current);
        Assert.Equal(NegotiationState.Stable, side.State);
    }

    [Fact]
    public void WhatWasEncryptedStaysEncrypted()
    {
        var (a, b) = Call(Secure(KeyA), Secure(KeyB));
        var clear = Clear();
        Assert.Throws<ArgumentException>(() => a.CreateOffer(clear));
        b.HandleOffer(Described("m=audio 5 RTP/AVP 0"));
        Assert.Equal(NegotiationFailure.EncryptionRequired, b.CreateAnswer(clear).Failure);
    }

    [Fact]
    public void AnOfferWithoutKeysIsTheCallersMistake() =>
        Assert.Throws<ArgumentException>(() => new OfferAnswer(1).CreateOffer(Clear() with { Security = MediaSecurityPolicy.Sdes }));
}
