// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Tests.Sdp;

public class SessionDescriptionTests
{
    // RFC 8866 §5.
    private static readonly byte[] Example = SdpSamples.Bytes(
        "v=0", "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1", "s=Call to John Smith", "i=SDP Offer #1",
        "u=http://www.jdoe.example.com/home.html", "e=Jane Doe <jane@jdoe.example.com>", "p=+1 617 555-6011",
        "c=IN IP4 198.51.100.1", "b=X-YZ:128", "t=0 0", "r=7d 1h 0 25h", "z=2882844526 -1h", "k=prompt", "y=unknown to all", "a=tool:x y",
        "m=audio 49170 RTP/AVP 0", "m=audio 49180/2 RTP/AVP 0", "i=second", "c=IN IP6 2001:db8::1", "a=x-own:1", "m=video 51372 RTP/AVP 99", "a=rtpmap:99 h263-1998/90000");

    [Fact]
    public void ReadsAndWritesBackEveryLineInItsPlace()
    {
        var description = SdpSamples.Parse(Example);
        Assert.Equal(Example, description.ToBytes());
        Assert.Equal(new SdpOrigin(3724394400, 3724394405), description.Origin);
        Assert.Equal(3, description.Media.Length);
        Assert.Equal(49180, description.Media[1].Port);
        Assert.Equal(2, description.Media[1].PortCount);
        Assert.True(description.Media[1].TryGetConnection(description, out var connection));
        Assert.True(SdpConnection.TryParse(connection, out var address));
        Assert.Equal("2001:db8::1", address.ToString());
        Assert.Equal("video", Encoding.ASCII.GetString(description.Media[2].Kind));
        Assert.Equal("RTP/AVP", Encoding.ASCII.GetString(description.Media[2].Protocol));
        Assert.Equal("99", Encoding.ASCII.GetString(description.Media[2].Formats));
        Assert.True(description.TryGetAttribute("tool"u8, out var tool));
        Assert.Equal("x y", Encoding.ASCII.GetString(tool));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r\n\r\n")]
    public void TakesBothLineBreaksAndBlankLines(string lineBreak)
    {
        var text = Encoding.UTF8.GetString(Example).Replace("\r\n", lineBreak, StringComparison.Ordinal);
        Assert.Equal(Example, SdpSamples.Parse(Encoding.UTF8.GetBytes(text)).ToBytes());
        Assert.Equal(Example, SdpSamples.Parse(Encoding.UTF8.GetBytes(text.TrimEnd())).ToBytes());
    }

    [Theory]
    [InlineData("", nameof(SdpError.BadVersion))]
    [InlineData("v=1\no=- 1 1 IN IP4 1.1.1.1\n", nameof(SdpError.BadVersion))]
    [InlineData("o=- 1 1 IN IP4 1.1.1.1\nv=0\n", nameof(SdpError.BadVersion))]
    [InlineData("v=0\ns=-\n", nameof(SdpError.BadOrigin))]
    [InlineData("v=0\no=- x 1 IN IP4 1.1.1.1\n", nameof(SdpError.BadOrigin))]
    [InlineData("v=0\no=- 1 1 IN IP4\n", nameof(SdpError.BadOrigin))]
    [InlineData("v=0\nhello\n", nameof(SdpError.BadLine))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\ns=a\rb\n", nameof(SdpError.BadLine))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\ns=a\0b\n", nameof(SdpError.BadLine))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\nc=IN IP4\n", nameof(SdpError.BadConnection))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio\n", nameof(SdpError.BadMedia))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio 70000 RTP/AVP 0\n", nameof(SdpError.BadMedia))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio 5 RTP/AVP\n", nameof(SdpError.BadMedia))]
    [InlineData("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio -5 RTP/AVP 0\n", nameof(SdpError.BadMedia))]
    public void BrokenTextIsATypedError(string text, string expected)
    {
        Assert.False(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error));
        Assert.Equal(expected, error.ToString());
    }

    [Fact]
    public void SizeIsBounded()
    {
        var head = "v=0\no=- 1 1 IN IP4 1.1.1.1\n";
        Assert.Equal(SdpError.TooLarge, ErrorOf(head + "a=" + new string('x', 65536)));
        Assert.Equal(SdpError.TooManyLines, ErrorOf(head + string.Concat(Enumerable.Repeat("a=x\n", 1023))));
        Assert.Equal(SdpError.TooManyMedia, ErrorOf(head + string.Concat(Enumerable.Repeat("m=audio 5 RTP/AVP 0\n", 65))));
        Assert.Equal(SdpError.None, ErrorOf(head + string.Concat(Enumerable.Repeat("m=audio 5 RTP/AVP 0\n", 64))));
    }

    [Fact]
    public void NumbersBeyond64BitsDoNotHurt() =>
        Assert.Equal(new SdpOrigin(ulong.MaxValue, 1), SdpSamples.Parse("v=0\no=- 99999999999999999999999 1 IN IP4 1.1.1.1\n"u8).Origin);

    [Theory]
    [InlineData("IN IP4 192.0.2.1", "192.0.2.1")]
    [InlineData("IN IP6 ::1", "::1")]
    [InlineData("IN IP4 0.0.0.0", "0.0.0.0")]
    [InlineData("IN IP6 ::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("IN IP4 phone.example.com", null)]
    [InlineData("IN IP4 1", null)]
    [InlineData("IN IP4 0x7f.0.0.1", null)]
    [InlineData("IN IP4 224.2.1.1/127", null)]
    [InlineData("IN IP4 224.2.1.1", null)]
    [InlineData("IN IP4 255.255.255.255", null)]
    [InlineData("IN IP6 ff02::1", null)]
    [InlineData("IN IP6 fe80::1%eth0", null)]
    public void OnlyNumericUnicastAddressesAreUsed(string value, string? expected)
    {
        var isGood = SdpConnection.TryParse(Encoding.ASCII.GetBytes(value), out var address);
        Assert.Equal(expected, isGood ? address.ToString() : null);
    }

    [Fact]
    public void AttributesAreFoundByTheirWholeName()
    {
        var media = SdpSamples.Parse(SdpSamples.Described("m=audio 5 RTP/AVP 0", "a=rtcp-mux", "a=rtcp:9", "a=candidate:1", "a=candidate:2")).Media[0];
        Assert.True(media.TryGetAttribute("rtcp"u8, out var value));
        Assert.Equal("9", Encoding.ASCII.GetString(value));
        Assert.True(media.TryGetAttribute("rtcp-mux"u8, out value));
        Assert.True(value.IsEmpty);
        List<string> candidates = [];
        foreach (var one in media.Attributes("candidate"u8)) candidates.Add(Encoding.ASCII.GetString(one));
        Assert.Equal(["1", "2"], candidates);
    }

    [Fact]
    public void DirectionAndTimesAreReadFromTheirLevel()
    {
        var description = SdpSamples.Parse(SdpSamples.Bytes(
            "v=0", "o=- 1 1 IN IP4 1.1.1.1", "a=sendonly", "m=audio 5 RTP/AVP 0", "a=ptime:2.5", "a=maxptime:-1", "m=audio 6 RTP/AVP 0", "a=inactive"));
        Assert.Equal(MediaDirection.SendOnly, description.Media[0].Direction(description));
        Assert.Equal(MediaDirection.Inactive, description.Media[1].Direction(description));
        Assert.Equal(2.5, description.Media[0].Milliseconds("ptime"u8));
        Assert.Equal(0, description.Media[0].Milliseconds("maxptime"u8));
        Assert.Equal(0, description.Media[1].Milliseconds("ptime"u8));
    }

    private static SdpError ErrorOf(string text)
    {
        var isParsed = SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error);
        Assert.Equal(isParsed, error == SdpError.None);
        return error;
    }
}
