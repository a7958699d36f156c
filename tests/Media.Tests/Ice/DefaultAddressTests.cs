// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Tests.Ice;

/// <summary>What c= and m= name: where a peer without ICE sends to.</summary>
public sealed class DefaultAddressTests
{
    private static readonly IceCandidate[] Candidates =
    [
        Of(CandidateKind.Host, "192.168.1.5:4000", "192.168.1.5:4000"),
        Of(CandidateKind.Host, "10.8.0.2:4000", "10.8.0.2:4000"),
        Of(CandidateKind.Host, "[2001:db8::5]:4000", "[2001:db8::5]:4000"),
        Of(CandidateKind.ServerReflexive, "203.0.113.8:6000", "10.8.0.2:4000"),
        Of(CandidateKind.ServerReflexive, "203.0.113.7:5000", "192.168.1.5:4000"),
        Of(CandidateKind.Relayed, "203.0.113.9:50000", "203.0.113.9:50000"),
    ];

    [Theory]
    [InlineData("192.168.1.5", "198.51.100.1", "203.0.113.7:5000", "192.168.1.5:4000")] // as servers see the socket that leads there
    [InlineData("10.8.0.2", "198.51.100.1", "203.0.113.8:6000", "10.8.0.2:4000")]
    [InlineData("192.168.1.5", "192.168.1.77", "192.168.1.5:4000", "192.168.1.5:4000")] // a neighbour
    [InlineData("10.8.0.2", "10.9.0.1", "10.8.0.2:4000", "10.8.0.2:4000")] // an exchange of the company's
    [InlineData("2001:db8::5", "2001:db8:1::1", "[2001:db8::5]:4000", "[2001:db8::5]:4000")] // no NAT
    [InlineData("192.168.7.7", "198.51.100.1", "203.0.113.7:5000", "192.168.1.5:4000")] // gone meanwhile: the next of its family
    public void APeerInPublicIsToldWhatServersSeeAndAnyOtherTheSocket(string from, string towards, string named, string host)
    {
        Assert.Equal(IPEndPoint.Parse(named), DefaultAddress.Of(Candidates, IPAddress.Parse(from), IPAddress.Parse(towards), out var socket));
        Assert.Equal(IPEndPoint.Parse(host), socket);
        Assert.True(DefaultAddress.Stands(Candidates, IPEndPoint.Parse(named)));
    }

    [Fact]
    public void WithoutASocketNothingIsNamed()
    {
        Assert.Null(DefaultAddress.Of([], IPAddress.Loopback, IPAddress.Loopback, out var host));
        Assert.Null(host);
        Assert.False(DefaultAddress.Stands([], IPEndPoint.Parse("192.168.1.5:4000")));
    }

    private static IceCandidate Of(CandidateKind kind, string address, string origin) => new()
    {
        Foundation = "1",
        Kind = kind,
        Address = TransportAddress.From(IPEndPoint.Parse(address)),
        Base = TransportAddress.From(IPEndPoint.Parse(origin)),
    };
}
