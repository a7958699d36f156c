// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

public sealed class SipUriTests
{
    // RFC 3261 §19.1.4
    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    [InlineData("tel:+1201", "TEL:+1201")]
    public void EquivalentUris(string a, string b)
    {
        Assert.Equal(Uri(a), Uri(b));
        Assert.Equal(Uri(a).GetHashCode(), Uri(b).GetHashCode());
    }

    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    [InlineData("sip:a@b", "sips:a@b")]
    [InlineData("sip:a%3Bb@c", "sip:a;b@c")]
    public void DifferentUris(string a, string b) => Assert.NotEqual(Uri(a), Uri(b));

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("sip:@host")]
    [InlineData("sip:a@")]
    [InlineData("sip:a@host:")]
    [InlineData("sip:a@host:65536")]
    [InlineData("sip:a@host:x")]
    [InlineData("sip:a@[2001:db8::1")]
    [InlineData("sip:a@host;")]
    [InlineData("sip:a@ho st")]
    [InlineData("sip:a@host?")]
    [InlineData("alice")]
    [InlineData("tel:")]
    public void MalformedUris(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Fact]
    public void EveryPartIsFound()
    {
        SipUriView uri = Uri("sips:al%20ice:secret@[2001:db8::1]:5061;transport=tls;lr?Subject=hi").View;
        Assert.Equal(SipUriScheme.Sips, uri.Scheme);
        Assert.Equal("al ice", uri.UserString());
        Assert.Equal("secret", SipVectors.Text(uri.Password));
        Assert.Equal("2001:db8::1", uri.HostString());
        Assert.Equal(5061, uri.Port);
        Assert.True(uri.Parameters.Has("LR"u8));
        Assert.Equal("Subject=hi", SipVectors.Text(uri.Headers));
    }

    [Fact]
    public void UserPartsAreEscapedAndComeBack()
    {
        const string User = "tom & jürgen@home <x>";
        Assert.True(SipUri.TryParse($"sip:{SipEscaping.EncodeUser(User)}@host", out SipUri? uri));
        Assert.Equal(User, uri.View.UserString());
    }

    private static SipUri Uri(string text)
    {
        Assert.True(SipUri.TryParse(text, out SipUri? uri), text);
        return uri;
    }
}
