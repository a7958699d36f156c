// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;
using static Earshot.Protocol.Tests.Sip.SipVectors;

namespace Earshot.Protocol.Tests.Sip;

public sealed class TortureTests
{
    private static readonly UserAgentCapabilities Us = new() { Methods = [SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Register] };

    public static TheoryData<string, string, string, string> Rfc4475() => Index("rfc4475", 3);

    public static TheoryData<string, string, string, string> Rfc5118() => Index("rfc5118", 2);

    [Theory]
    [MemberData(nameof(Rfc4475))]
    [MemberData(nameof(Rfc5118))]
    public void EachMessageGetsTheOutcomeItsIndexSays(string set, string file, string verdict, string note)
    {
        var message = new SipMessage();
        SipParseResult result = message.Parse(Read(set, file));
        switch (verdict)
        {
            case "accept":
                Assert.True(result.IsOk, $"{result} ({note})");
                break;
            case "reject":
                // Without a Via there is nobody to send the 400 to.
                Assert.Equal(message.Has(SipHeader.Via) ? SipParseOutcome.Malformed : SipParseOutcome.Discard, result.Outcome);
                Assert.Equal(400, result.Status);
                break;
            case "discard":
                Assert.True(result.Outcome == SipParseOutcome.Discard || (!message.IsRequest && !ResponseInspection.IsOurs(message)));
                break;
            case "either":
                Assert.True(result.IsOk || (result.Outcome == SipParseOutcome.Malformed && result.Status == 400), $"{result}");
                break;
            case "special":
                int expected = int.Parse(note[..3], null);
                Assert.Equal(expected, result.IsOk ? RequestInspection.Inspect(message, Us) : result.Status);
                break;
            default:
                Assert.Fail($"unknown verdict {verdict}");
                break;
        }
    }

    [Theory]
    [InlineData("intmeth.dat")]
    [InlineData("esc02.dat")]
    public void MethodsNobodyKnowsGet501WithAllow(string file)
    {
        SipMessage message = Parsed("rfc4475", file);
        Assert.Equal(SipMethod.Unknown, message.Method);
        Assert.Equal(501, RequestInspection.Inspect(message, Us));
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER", Text(Answer(message, 501)[SipHeader.Allow]));
    }

    [Fact]
    public void RequiredExtensionsAreListedInUnsupported() =>
        Assert.Equal(
            "nothingSupportsThis, nothingSupportsThisEither",
            Text(Answer(Parsed("rfc4475", "bext01.dat"), 420)[SipHeader.Unsupported]));

    [Fact]
    public void UnknownBodyTypeIsAnsweredWithWhatWeAccept() =>
        Assert.Equal("application/sdp", Text(Answer(Parsed("rfc4475", "invut.dat"), 415)[SipHeader.Accept]));

    [Fact]
    public void ShortTortuousInviteReadsAsMeant()
    {
        SipMessage message = Parsed("rfc4475", "wsinv.dat");
        Assert.Equal(0, RequestInspection.Inspect(message, Us));
        Assert.True(message.TryGetTo(out NameAddress to));
        Assert.Equal("sip:vivekg@chair-dnrc.example.com", Text(to.UriText));
        Assert.Equal("1918181833n", Text(to.Tag));
        Assert.True(message.TryGetFrom(out NameAddress from));
        Assert.Equal("J Rosenberg \\\"", from.DisplayNameString());
        Assert.Equal("98asjd8", Text(from.Tag));
        Assert.True(message.TryGetNumber(SipHeader.MaxForwards, out uint hops));
        Assert.Equal(68u, hops);
        Assert.True(message.TryGetCSeq(out CSeq cseq));
        Assert.Equal(9u, cseq.Number);
        Assert.Equal(
            ["192.0.2.2 390skdjuw UDP", "spindle.example.com z9hG4bK9ikj8 TCP", "192.168.255.111 z9hG4bK30239 UDP"],
            Vias(message));
        Assert.True(message.TryGetContact(out NameAddress contact));
        Assert.True(contact.Parameters.TryGet("q"u8, out ReadOnlySpan<byte> q));
        Assert.Equal("0.33", Text(q));
        Assert.True(message.Has(SipHeader.Subject));
        Assert.Empty(Text(message[SipHeader.Subject]));
        Assert.Equal(150, message.Body.Length);
    }

    [Fact]
    public void EscapesAreUndoneOnlyWhenRead()
    {
        SipMessage message = Parsed("rfc4475", "esc01.dat");
        Assert.True(message.TryGetRequestUri(out SipUriView uri));
        Assert.Equal("sips:user@example.com", uri.UserString());
        Assert.Equal("example.net", uri.HostString());
        Assert.True(message.TryGetTo(out NameAddress to));
        Assert.Equal("user", to.Uri.UserString());
        Assert.True(message.TryGetFrom(out NameAddress from));
        Assert.Equal("I have spaces", from.Uri.UserString());
    }

    [Fact]
    public void EscapedNullsTellUsersApart()
    {
        SipMessage message = Parsed("rfc4475", "escnull.dat");
        Assert.True(message.TryGetTo(out NameAddress to));
        Assert.Equal("null-\0-null", to.Uri.UserString());
        Assert.True(SipUriView.TryParse("sip:null-%01-null@example.com"u8, out SipUriView other));
        Assert.False(SipUriView.AreEqual(to.Uri, other));
    }

    [Fact]
    public void EscapedHeaderNameIsNoContact()
    {
        SipMessage message = Parsed("rfc4475", "esc02.dat");
        int contacts = 0;
        foreach (ReadOnlySpan<byte> _ in message.Values(SipHeader.Contact))
            contacts++;
        Assert.Equal(2, contacts);
        Assert.True(message.TryGet("c%6fntact"u8, out _));
    }

    [Fact]
    public void SemicolonsBelongToTheUserPart()
    {
        Assert.True(Parsed("rfc4475", "semiuri.dat").TryGetRequestUri(out SipUriView uri));
        Assert.Equal("user;par=u@example.net", uri.UserString());
        Assert.True(uri.Parameters.IsEmpty);
    }

    [Fact]
    public void ParameterBehindAnAddressWithoutBracketsIsTheHeaders()
    {
        Assert.True(Parsed("rfc4475", "cparam01.dat").TryGetContact(out NameAddress outside));
        Assert.True(outside.Parameters.Has("unknownparam"u8));
        Assert.False(outside.Uri.Parameters.Has("unknownparam"u8));
        Assert.True(Parsed("rfc4475", "cparam02.dat").TryGetContact(out NameAddress inside));
        Assert.False(inside.Parameters.Has("unknownparam"u8));
        Assert.True(inside.Uri.Parameters.Has("unknownparam"u8));
    }

    [Fact]
    public void EscapedRouteInAContactStaysInIt()
    {
        SipMessage message = Parsed("rfc4475", "regescrt.dat");
        Assert.True(message.TryGetContact(out NameAddress contact));
        Assert.Equal("Route=%3Csip:sip.example.com%3E", Text(contact.Uri.Headers));
        Assert.False(message.Has(SipHeader.Route));
    }

    [Fact]
    public void MultipartBodyIsByteExact()
    {
        byte[] bytes = Read("rfc4475", "mpart01.dat");
        SipMessage message = Parsed("rfc4475", "mpart01.dat");
        int start = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.True(message.TryGetNumber(SipHeader.ContentLength, out uint length));
        Assert.True(message.Body.SequenceEqual(bytes.AsSpan(start, (int)length)));
        Assert.True(message.Body.Contains((byte)0));
        Assert.True(message.TryGetContentType(out MediaType type));
        Assert.True(type.Is("multipart/mixed") || type.Is("multipart/signed"));
    }

    [Fact]
    public void SecondMessageInADatagramIsIgnored()
    {
        SipMessage message = Parsed("rfc4475", "dblreq.dat");
        Assert.Equal(SipMethod.Register, message.Method);
        Assert.True(message.Body.IsEmpty);
        Assert.True(message.Bytes.Length < Read("rfc4475", "dblreq.dat").Length);
        Assert.True(message.Bytes.Span.EndsWith("\r\n\r\n"u8));
    }

    [Fact]
    public void ReasonPhraseIsUtf8OrEmpty()
    {
        Assert.StartsWith("= 2**3 * 5**2", Text(Parsed("rfc4475", "unreason.dat").Reason), StringComparison.Ordinal);
        Assert.Equal(100, Parsed("rfc4475", "noreason.dat").Status);
        Assert.True(Parsed("rfc4475", "noreason.dat").Reason.IsEmpty);
    }

    [Fact]
    public void OldSyntaxWithoutContentLengthTakesTheRestOfTheDatagram()
    {
        SipMessage message = Parsed("rfc4475", "inv2543.dat");
        Assert.StartsWith("v=0", Text(message.Body), StringComparison.Ordinal);
        Assert.True(message.TryGetTopVia(out Via via));
        Assert.False(via.HasRfc3261Branch);
        Assert.True(message.FromTag.IsEmpty);
    }

    [Fact]
    public void BareCookieIsNoTransactionIdentifier()
    {
        var message = new SipMessage();
        message.Parse(Read("rfc4475", "badbranch.dat"));
        Assert.True(message.TryGetTopVia(out Via via));
        Assert.False(via.HasRfc3261Branch);
    }

    [Theory]
    [InlineData("port-ambiguous.dat", "2001:db8::10:5070", 0)]
    [InlineData("port-unambiguous.dat", "2001:db8::10", 5070)]
    [InlineData("ipv6-good.dat", "2001:db8::10", 0)]
    public void PortOfAnIpv6AddressStandsBehindTheBracket(string file, string host, int port)
    {
        Assert.True(Parsed("rfc5118", file).TryGetRequestUri(out SipUriView uri));
        Assert.True(uri.IsIpv6);
        Assert.Equal(host, uri.HostString());
        Assert.Equal(port, uri.Port);
    }

    [Theory]
    [InlineData("via-received-param-with-delim.dat")]
    [InlineData("via-received-param-no-delim.dat")]
    public void ReceivedIsReadWithAndWithoutBrackets(string file)
    {
        Assert.True(Parsed("rfc5118", file).TryGetTopVia(out Via via));
        Assert.Equal("2001:db8::9:255", Text(via.Received));
        Assert.Equal("2001:db8::9:1", Text(via.Host));
    }

    [Fact]
    public void MalformedRequestsCanStillBeAnswered()
    {
        foreach (string file in (string[])["badinv01.dat", "clerr.dat", "ncl.dat", "quotbal.dat", "mcl01.dat", "mismatch01.dat", "badvers.dat"])
        {
            var message = new SipMessage();
            SipParseResult result = message.Parse(Read("rfc4475", file));
            var writer = new SipMessageWriter();
            writer.StartResponse(message, result.Status, default, "tag1"u8);
            string answer = Text(writer.Finish().Span);
            Assert.Contains("\r\nVia: ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nCall-ID: ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nCSeq: ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nFrom: ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nTo: ", answer, StringComparison.Ordinal);
        }
    }

    private static List<string> Vias(SipMessage message)
    {
        var list = new List<string>();
        foreach (ReadOnlySpan<byte> value in message.Values(SipHeader.Via))
        {
            Assert.True(Via.TryParse(value, out Via via));
            list.Add($"{Text(via.Host)} {Text(via.Branch)} {Text(via.Transport)}");
        }

        return list;
    }

    private static SipMessage Answer(SipMessage request, int status)
    {
        var writer = new SipMessageWriter();
        writer.StartResponse(request, status, default, "a"u8);
        RequestInspection.WriteHeaders(writer, request, Us, status);
        var answer = new SipMessage();
        Assert.True(answer.Parse(writer.Finish()).IsOk);
        return answer;
    }

    private static SipMessage Parsed(string set, string file)
    {
        var message = new SipMessage();
        SipParseResult result = message.Parse(Read(set, file));
        Assert.True(result.IsOk, $"{file}: {result}");
        return message;
    }
}
