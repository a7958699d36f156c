// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip.Accounts;

/// <summary>Challenges and their answers (RFC 7616, RFC 8760).</summary>
public sealed class DigestTests
{
    private const string Nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    private const string Cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    /// <summary>RFC 7616 §3.9.1, both algorithms; RFC 2617 §3.5.</summary>
    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void TheExamplesOfRfc7616AreAnsweredAsTheyAreThere(string algorithm, string response)
    {
        var challenge = Parse($"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"{Nonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
        string answer = DigestResponse.Write(challenge, new("Mufasa", "Circle of Life"), "GET", "/dir/index.html", default, Cnonce, 1);
        Assert.Equal(response, RegistrarDouble.Part(answer, "response"));
        Assert.Equal("00000001", RegistrarDouble.Part(answer, "nc"));
        Assert.Equal("auth", RegistrarDouble.Part(answer, "qop"));
        Assert.Equal("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", RegistrarDouble.Part(answer, "opaque"));
    }

    /// <summary>RFC 2069 as RFC 2617 keeps it: without qop.</summary>
    [Fact]
    public void AServerWithoutQopIsAnsweredInTheOldWay()
    {
        var challenge = Parse("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
        string answer = DigestResponse.Write(challenge, new("Mufasa", "CircleOfLife"), "GET", "/dir/index.html", default, Cnonce, 1);
        Assert.Equal("1949323746fe6a43ef61f9606e7febea", RegistrarDouble.Part(answer, "response"));
        Assert.DoesNotContain("cnonce", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic realm=\"a\"")]
    [InlineData("Digest")]
    [InlineData("Digest realm=\"a\"")]
    [InlineData("Digest nonce=\"a\"")]
    [InlineData("Digest realm=\"a, nonce=\"b\"")]
    [InlineData("Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512-256")]
    [InlineData("Digest realm=\"a\", nonce=\"b\", qop=\"token\"")]
    [InlineData("Digest realm=\"a\", nonce=\"b\", =")]
    [InlineData("Digest realm=\"a\", nonce=\"b\u0001\"")]
    public void WhatCannotBeAnsweredIsNot(string text) => Assert.False(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void AValueThatNoDatagramHasRoomForIsRefused() =>
        Assert.False(DigestChallenge.TryParse(Encoding.UTF8.GetBytes($"Digest realm=\"a\", nonce=\"{new string('n', 1000)}\""), out _));

    [Fact]
    public void ANameWithQuotesStaysOneName()
    {
        var challenge = Parse("Digest realm=\"a \\\"b\\\"\", nonce=\"c\"");
        Assert.Equal("a \"b\"", challenge.Realm);
        string answer = DigestResponse.Write(challenge, new("x\", realm=\"y", "p"), "REGISTER", "sip:a", default, Cnonce, 1);
        Assert.StartsWith("Digest username=\"x\\\", realm=\\\"y\", realm=\"a \\\"b\\\"\", nonce=\"c\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void APasswordIsInNoText() => Assert.DoesNotContain("secret", new SipCredentials("alice", "secret").ToString(), StringComparison.Ordinal);

    private static DigestChallenge Parse(string text)
    {
        Assert.True(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(text), out var challenge));
        return challenge;
    }
}
