// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Tests.Sdp;

public class AttributeTests
{
    [Fact]
    public void RtpMapsAndFmtpAreReadOncePerNumber()
    {
        var media = SdpSamples.Parse(SdpSamples.Described(
            "m=audio 5 RTP/AVP 111 0 9 111 200 x 97", "a=rtpmap:111 opus/48000/2", "a=rtpmap:111 PCMU/8000", "a=fmtp:111 minptime=10; useinbandfec=1",
            "a=rtpmap:9 G722/16000")).Media[0];
        var formats = PayloadFormat.ReadAll(media);
        Assert.Equal([111, 0, 9, 97], formats.Select(f => f.Map.PayloadType));
        Assert.Equal(new RtpMap(111, "opus", 48000, 2), formats[0].Map);
        Assert.Equal("minptime=10; useinbandfec=1", formats[0].Parameters.Text);
        Assert.Equal(new RtpMap(0, "PCMU", 8000, 1), formats[1].Map);
        Assert.Equal(8000, formats[2].Map.ClockRate);
        Assert.Equal("", formats[3].Map.Name);
    }

    [Theory]
    [InlineData("96")]
    [InlineData("96 opus")]
    [InlineData("96 opus/")]
    [InlineData("96 opus/0")]
    [InlineData("96 opus/48000/0")]
    [InlineData("96 /8000")]
    [InlineData("128 opus/48000")]
    [InlineData("-1 opus/48000")]
    public void BrokenRtpMapsAreRefused(string value) => Assert.False(RtpMap.TryParse(Encoding.ASCII.GetBytes(value), out _));

    [Fact]
    public void OpusParametersAreReadAndWritten()
    {
        var text = "maxplaybackrate=16000; sprop-maxcapturerate=24000;maxaveragebitrate=20000;STEREO=1; cbr=1;useinbandfec=1;usedtx=0";
        var opus = OpusParameters.From(new FormatParameters(text));
        Assert.Equal(new OpusParameters(16000, 24000, 20000, true, true, true, false), opus);
        Assert.Equal(opus, OpusParameters.From(new FormatParameters(opus.ToFormat())));
        Assert.Equal("", new OpusParameters().ToFormat());
        Assert.Equal(new OpusParameters(), OpusParameters.From(new FormatParameters("maxaveragebitrate=7;maxplaybackrate=x;cbr")));
    }

    [Fact]
    public void CryptoIsTakenApart()
    {
        Assert.True(CryptoAttribute.TryParse(
            "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 WSH=64 -x"u8, out var crypto));
        Assert.Equal(new CryptoAttribute(1, SdpSamples.Suite80, SdpSamples.KeyA, 1 << 20, 1, 4, "WSH=64 -x"), crypto);
        Assert.True(crypto!.HasAcceptableParameters);
        Assert.True(crypto.HasKeyOfRightLength);
    }

    [Theory]
    [InlineData("1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw", true, true)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==", true, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVub*Vz", true, false)]
    [InlineData("1 F8_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", true, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:4|2^20", false, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^99", false, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|300:1", false, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz;inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", false, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:", false, false)]
    [InlineData("x AES_CM_128_HMAC_SHA1_80 inline:WVNf", false, false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80", false, false)]
    public void CryptoIsChecked(string value, bool isParsed, bool hasGoodKey)
    {
        Assert.Equal(isParsed, CryptoAttribute.TryParse(Encoding.ASCII.GetBytes(value), out var crypto));
        Assert.Equal(hasGoodKey, crypto?.HasKeyOfRightLength ?? false);
    }

    [Theory]
    [InlineData("UNENCRYPTED_SRTP")]
    [InlineData("UNENCRYPTED_SRTCP")]
    [InlineData("UNAUTHENTICATED_SRTP")]
    [InlineData("KDR=5")]
    [InlineData("WHATEVER")]
    public void ParametersThatWeakenOrAreUnknownMakeALineUnusable(string parameter)
    {
        Assert.True(CryptoAttribute.TryParse(
            Encoding.ASCII.GetBytes($"1 AES_CM_128_HMAC_SHA1_80 inline:{SdpSamples.KeyA} {parameter}"), out var crypto));
        Assert.False(crypto!.HasAcceptableParameters);
    }
}
