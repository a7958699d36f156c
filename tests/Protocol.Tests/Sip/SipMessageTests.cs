// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;
using static Earshot.Protocol.Tests.Sip.SipVectors;

namespace Earshot.Protocol.Tests.Sip;

public sealed class SipMessageTests
{
    private const string Request =
        """
        INVITE sip:bob@biloxi.example SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKx;rport
        Via: SIP/2.0/TCP p.example;branch=z9hG4bKy, SIP/2.0/TLS q.example;branch=z9hG4bKz
        From: "A, <B>" <sip:alice@atlanta.example>;tag=1
        To: <sip:bob@biloxi.example>
        Call-ID: c1
        CSeq: 7 INVITE
        Route: <sip:r1;lr>, "x,y" <sip:r2;lr>
        Route: <sip:r3,4@h;lr>
        Record-Route: <sip:rr1;lr>, <sip:rr2;lr>
        Contact: <sip:alice@10.0.0.1:5062>
        Date: Sat, 13 Nov 2010 23:29:00 GMT
        Retry-After: 18000;duration=3600 (busy, sorry)
        Supported: 100rel,
         , timer
        Content-Length: 2

        ok

        """;

    [Fact]
    public void ValuesRunOverLinesAndCommasButNotThroughQuotesAndBrackets()
    {
        SipMessage message = Parsed(Request);
        var routes = new List<string>();
        foreach (ReadOnlySpan<byte> route in message.Values(SipHeader.Route))
            routes.Add(Text(route));
        Assert.Equal(["<sip:r1;lr>", "\"x,y\" <sip:r2;lr>", "<sip:r3,4@h;lr>"], routes);
        Assert.True(message.Lists(SipHeader.Supported, "Timer"u8));
        Assert.True(message.TryGetFrom(out NameAddress from));
        Assert.Equal("A, <B>", from.DisplayNameString());
        Assert.True(message.TryGetDate(out DateTimeOffset date));
        Assert.Equal(2010, date.Year);
        Assert.True(message.TryGetRetryAfter(out uint seconds));
        Assert.Equal(18000u, seconds);
        Assert.Equal("ok", Text(message.Body));
    }

    [Fact]
    public void ResponseCarriesBackWhatRfc3261Section826Demands()
    {
        SipMessage request = Parsed(Request);
        var writer = new SipMessageWriter(16);
        writer.StartResponse(request, 180, default, "t2"u8, System.Net.IPAddress.Parse("::ffff:192.0.2.9"), 40000);
        string answer = Text(writer.Finish().Span);
        Assert.Equal(
            Text(Bytes("""
            SIP/2.0 180 Ringing
            Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKx;received=192.0.2.9;rport=40000
            Via: SIP/2.0/TCP p.example;branch=z9hG4bKy
            Via: SIP/2.0/TLS q.example;branch=z9hG4bKz
            From: "A, <B>" <sip:alice@atlanta.example>;tag=1
            To: <sip:bob@biloxi.example>;tag=t2
            Call-ID: c1
            CSeq: 7 INVITE
            Record-Route: <sip:rr1;lr>, <sip:rr2;lr>
            Content-Length: 0


            """)),
            answer);
    }

    [Fact]
    public void TryingGetsNoTagAndFailuresNoRecordRoute()
    {
        SipMessage request = Parsed(Request);
        var writer = new SipMessageWriter();
        writer.StartResponse(request, 100, default, "t2"u8);
        Assert.DoesNotContain("tag=t2", Text(writer.Finish().Span), StringComparison.Ordinal);
        writer.StartResponse(request, 486, "Not now"u8, "t2"u8);
        string busy = Text(writer.Finish().Span);
        Assert.StartsWith("SIP/2.0 486 Not now\r\n", busy, StringComparison.Ordinal);
        Assert.DoesNotContain("Record-Route", busy, StringComparison.Ordinal);
    }

    [Fact]
    public void WrittenRequestReadsBack()
    {
        var writer = new SipMessageWriter(8);
        writer.StartRequest(SipMethod.Message, "sip:b@[2001:db8::1]:5070"u8);
        writer.Via("UDP"u8, "2001:db8::2"u8, 5060, "z9hG4bK1"u8);
        writer.Header(SipHeader.From, "<sip:a@b>;tag=1");
        writer.Header(SipHeader.To, "\"Zoë\r\nX-Evil: 1\" <sip:b@c>");
        writer.Header(SipHeader.CallId, "x@y"u8);
        writer.CSeq(2147483647, "MESSAGE"u8);
        writer.Header(SipHeader.MaxForwards, 70);
        writer.Header("X-Own"u8, "ä"u8);
        SipMessage message = new();
        Assert.True(message.Parse(writer.Finish("hello"u8, "text/plain"u8)).IsOk);
        Assert.True(message.TryGetTopVia(out Via via));
        Assert.Equal("2001:db8::2", Text(via.Host));
        Assert.True(via.HasRport);
        Assert.Equal(0, via.Rport);
        Assert.False(message.TryGet("X-Evil"u8, out _));
        Assert.True(message.TryGet("x-own"u8, out ReadOnlySpan<byte> own));
        Assert.Equal("ä", Text(own));
        Assert.Equal("hello", Text(message.Body));
        Assert.True(message.TryGetContentType(out MediaType type));
        Assert.True(type.Is("text/plain"));
    }

    [Fact]
    public void EveryKnownHeaderNameReadsBackAsItself()
    {
        foreach (SipHeader header in Enum.GetValues<SipHeader>())
        {
            if (header == SipHeader.Other)
                continue;
            Assert.Equal(header, SipHeaders.Parse(Encoding.ASCII.GetBytes(Text(header.Name()).ToUpperInvariant())));
        }

        Assert.Equal(SipHeader.CallId, SipHeaders.Parse("I"u8));
        Assert.Equal(SipHeader.ContentLength, SipHeaders.Parse("l"u8));
        Assert.Equal(SipHeader.ReferTo, SipHeaders.Parse("r"u8));
        Assert.Equal(SipHeader.Other, SipHeaders.Parse("q"u8));
        Assert.Equal("Max-Forwards", Text(SipHeader.MaxForwards.Name()));
        Assert.Equal("P-Asserted-Identity", Text(SipHeader.PAssertedIdentity.Name()));
        Assert.Equal("Call-ID", Text(SipHeader.CallId.Name()));
    }

    [Fact]
    public void EveryKnownMethodReadsBackAsItself()
    {
        foreach (SipMethod method in Enum.GetValues<SipMethod>())
            Assert.Equal(method, SipMethods.Parse(method.Name()));
        Assert.Equal(SipMethod.Unknown, SipMethods.Parse("invite"u8));
    }

    [Fact]
    public void HeaderOf64KilobytesIsOneLongValueOrTooLarge()
    {
        string head = Request.ReplaceLineEndings("\r\n");
        string padded = head.Replace("Call-ID", "X-Long: " + new string('x', 64000) + "\r\nCall-ID", StringComparison.Ordinal);
        Assert.True(new SipMessage().Parse(Bytes(padded)).IsOk);
        string tooLong = head.Replace("Call-ID", "X-Long: " + new string('x', 65536) + "\r\nCall-ID", StringComparison.Ordinal);
        SipParseResult result = new SipMessage().Parse(Bytes(tooLong));
        Assert.Equal((SipParseOutcome.Malformed, 513), (result.Outcome, result.Status));
    }

    [Fact]
    public void TenThousandHeadersAreRefusedAndTheRefusalCanBeSent()
    {
        var flood = new StringBuilder();
        for (int i = 0; i < 10_000; i++)
            flood.Append("X:\r\n");
        byte[] bytes = Bytes(Request.ReplaceLineEndings("\r\n").Replace("Content-Length", flood + "Content-Length", StringComparison.Ordinal));
        var message = new SipMessage();
        SipParseResult result = message.Parse(bytes);
        Assert.Equal(new SipParseResult(SipParseOutcome.Malformed, 400, "Too Many Header Fields"), result);
        Assert.Equal(SipMessage.MaxHeaderLines, message.LineCount);
        Assert.Equal("c1", Text(message.CallId));
    }

    [Fact]
    public void FaultyAckIsNeverAnswered() =>
        Assert.Equal(SipParseOutcome.Discard, new SipMessage().Parse(Bytes("ACK sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\n\n")).Outcome);

    [Fact]
    public void LineEndsAloneAreAKeepAlive()
    {
        Assert.Equal(SipParseOutcome.KeepAlive, new SipMessage().Parse("\r\n\r\n"u8.ToArray()).Outcome);
        Assert.Equal(SipParseOutcome.Discard, new SipMessage().Parse(default).Outcome);
        Assert.True(new SipMessage().Parse(Bytes("\n\n" + Request)).IsOk);
    }

    [Fact]
    public void CloneOutlivesTheBuffer()
    {
        byte[] bytes = Bytes(Request);
        var message = new SipMessage();
        message.Parse(bytes);
        SipMessage clone = message.Clone();
        Array.Clear(bytes);
        Assert.Equal("c1", Text(clone.CallId));
        Assert.Equal("ok", Text(clone.Body));
    }

    [Fact]
    public void RequireHasNoSayInCancel()
    {
        SipMessage message = Parsed(Request.Replace("INVITE", "CANCEL", StringComparison.Ordinal).Replace("Supported", "Require", StringComparison.Ordinal));
        Assert.Equal(0, RequestInspection.Inspect(message, new UserAgentCapabilities()));
        message = Parsed(Request.Replace("Supported", "Require", StringComparison.Ordinal));
        Assert.Equal(420, RequestInspection.Inspect(message, new UserAgentCapabilities()));
        Assert.Equal(415, RequestInspection.Inspect(message, new UserAgentCapabilities { Extensions = ["100rel", "TIMER"] }));
    }

    [Fact]
    public void ParseAndReadDoesNotAllocate()
    {
        byte[] bytes = Bytes(Request);
        var message = new SipMessage();
        var writer = new SipMessageWriter();
        SteadyState.AllocatesNothing(1000, () => Work(message, writer, bytes));
    }

    private static void Work(SipMessage message, SipMessageWriter writer, byte[] bytes)
    {
        message.ParseCopy(bytes);
        message.TryGetTopVia(out _);
        message.TryGetContact(out _);
        foreach (ReadOnlySpan<byte> route in message.Values(SipHeader.Route))
            _ = NameAddress.TryParse(route, out _);
        writer.StartResponse(message, 200, default, "t"u8);
        writer.Finish(message.Body);
    }

    private static SipMessage Parsed(string text)
    {
        var message = new SipMessage();
        SipParseResult result = message.Parse(Bytes(text));
        Assert.True(result.IsOk, $"{result}");
        return message;
    }
}
