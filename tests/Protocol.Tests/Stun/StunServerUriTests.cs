// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Tests.Stun;

/// <summary>stun: and turn: URIs (RFC 7064, RFC 7065) as people write them.</summary>
public sealed class StunServerUriTests
{
    // RFC 7064 App. A, RFC 7065 App. A, and what people write.
    [Theory]
    [InlineData("stun:example.org", false, "example.org", 3478, ServerTransport.Udp)]
    [InlineData("stuns:example.org", false, "example.org", 5349, ServerTransport.Tls)]
    [InlineData("stun:example.org:8000", false, "example.org", 8000, ServerTransport.Udp)]
    [InlineData("turn:example.org", true, "example.org", 3478, ServerTransport.Udp)]
    [InlineData("turns:example.org", true, "example.org", 5349, ServerTransport.Tls)]
    [InlineData("turn:example.org:8000", true, "example.org", 8000, ServerTransport.Udp)]
    [InlineData("turn:example.org?transport=udp", true, "example.org", 3478, ServerTransport.Udp)]
    [InlineData("turn:example.org?transport=tcp", true, "example.org", 3478, ServerTransport.Tcp)]
    [InlineData("turns:example.org?transport=tcp", true, "example.org", 5349, ServerTransport.Tls)]
    [InlineData("TURN:Example.org:443?Transport=TCP", true, "Example.org", 443, ServerTransport.Tcp)]
    [InlineData("turn:[2001:db8::1]:3479", true, "2001:db8::1", 3479, ServerTransport.Udp)]
    [InlineData("turns:[2001:db8::1]", true, "2001:db8::1", 5349, ServerTransport.Tls)]
    [InlineData("stun:192.0.2.1:19302", false, "192.0.2.1", 19302, ServerTransport.Udp)]
    [InlineData("stun.example.org:19302", false, "stun.example.org", 19302, ServerTransport.Udp)]
    [InlineData("localhost", false, "localhost", 3478, ServerTransport.Udp)]
    [InlineData("192.0.2.1", false, "192.0.2.1", 3478, ServerTransport.Udp)]
    [InlineData("[::1]:3478", false, "::1", 3478, ServerTransport.Udp)]
    [InlineData("turn:alice@192.0.2.1", true, "192.0.2.1", 3478, ServerTransport.Udp)]
    public void ServerIsRead(string text, bool isRelay, string host, int port, object transport)
    {
        Assert.True(StunServerUri.TryParse(text, out var server, out string problem), problem);
        Assert.Equal((isRelay, host, port, (ServerTransport)transport), (server.IsRelay, server.Host, server.Port, server.Transport));
        Assert.Equal(server.Transport != ServerTransport.Udp, server.IsStream);
    }

    [Theory]
    [InlineData("turn:alice:secret@example.org", "alice", "secret")]
    [InlineData("turns:alice:secret@example.org:443?transport=tcp", "alice", "secret")]
    [InlineData("turn:alice@example.org", "alice", null)]
    [InlineData("turn:example.org", null, null)]
    [InlineData("turn:alice:@example.org", "alice", "")]
    [InlineData("turn:1700000000%3Aalice:pass:word@example.org", "1700000000:alice", "pass:word")]
    [InlineData("turn:alice@home:p@ss?/#@example.org", "alice@home", "p@ss?/#")]
    [InlineData("turn:j%C3%B6rg:100%25@example.org", "jörg", "100%")]
    [InlineData("turn:jörg:ключ😀@example.org", "jörg", "ключ😀")]
    public void NameAndPasswordAreRead(string text, string? username, string? password)
    {
        Assert.True(StunServerUri.TryParse(text, out var server, out string problem), problem);
        Assert.Equal((username, password, "example.org"), (server.Username, server.Password, server.Host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("turn:")]
    [InlineData("http://example.org/")]
    [InlineData("alice:secret@example.org")]
    [InlineData("turn://example.org")]
    [InlineData("turn:example.org/path")]
    [InlineData("turn:example.org:0")]
    [InlineData("turn:example.org:65536")]
    [InlineData("turn:example.org:+80")]
    [InlineData("turn:example.org:")]
    [InlineData("turn:example.org?transport=sctp")]
    [InlineData("turn:example.org?ttl=3")]
    [InlineData("turns:example.org?transport=udp")]
    [InlineData("stun:example.org?transport=tcp")]
    [InlineData("stun:alice:secret@example.org")]
    [InlineData("turn:@example.org")]
    [InlineData("turn:%zz:secret@example.org")]
    [InlineData("turn:alice:secret%@example.org")]
    [InlineData("turn:alice:%ff@example.org")]
    [InlineData("turn:alice%0d%0aevil:secret@example.org")]
    [InlineData("turn:alice:secret@")]
    [InlineData("turn:2001:db8::1")]
    [InlineData("turn:[2001:db8::1")]
    [InlineData("turn:[192.0.2.1]")]
    [InlineData("turn:[]")]
    [InlineData("turn:192.0.2")]
    [InlineData("turn:0192.0.2.1")]
    [InlineData("turn:0x7f000001")]
    [InlineData("turn:2130706433")]
    [InlineData("turn:exa mple.org")]
    [InlineData("turn:.example.org")]
    [InlineData("turn:exa..mple.org")]
    public void WhatIsOffIsRefusedWithAReason(string text)
    {
        Assert.False(StunServerUri.TryParse(text, out var server, out string problem));
        Assert.Null(server);
        Assert.NotEmpty(problem);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("turn:alice:secret@example.org:443?transport=tcp", "turn:example.org:443?transport=tcp")]
    [InlineData("turns:alice:secret@[2001:DB8::1]", "turns:[2001:db8::1]")]
    [InlineData("example.org", "stun:example.org")]
    public void ItIsShownWithoutNameAndPassword(string text, string shown)
    {
        Assert.True(StunServerUri.TryParse(text, out var server, out _));
        Assert.Equal(shown, server.ToString());
        Assert.Equal(shown, $"{server.WithCredentials("bob", "other")}");
    }

    [Fact]
    public void WhatIsShownReadsAsTheSameServer()
    {
        var random = new Random(FuzzSeed.Or(7065));
        const string Alphabet = "turns:un@[]?=%4.1-_transport=tcp0x/ \0é";
        int read = 0;
        for (int i = 0; i < 100_000; i++)
        {
            string text = (i % 2 == 0 ? "turn:" : "") + string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (!StunServerUri.TryParse(text, out var server, out _))
                continue;
            read++;
            Assert.True(StunServerUri.TryParse(server.ToString(), out var again, out string problem), $"{text}: {problem}");
            Assert.Equal((server.Host, server.Port, server.Transport, server.IsRelay), (again.Host, again.Port, again.Transport, again.IsRelay));
        }

        Assert.True(read > 100, $"{read} were read");
    }
}
