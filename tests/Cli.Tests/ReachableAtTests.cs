// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Cli.Commands;

namespace Earshot.Cli.Tests;

/// <summary>What an answerer says of how it can be called.</summary>
public sealed class ReachableAtTests
{
    private static readonly IPAddress[] Machine = [.. ((string[])["127.0.0.1", "::1", "fe80::1%2", "2001:db8::7", "192.0.2.7", "198.51.100.7"]).Select(IPAddress.Parse)];

    [Fact]
    public void ListeningOnEveryAddressIsEveryAddress() => Assert.Equal(
        ["sip:bob@192.0.2.7:5070", "sip:bob@198.51.100.7:5070", "sip:bob@[2001:db8::7]:5070"],
        ReachableAt.Of("sip:bob@192.0.2.7:5070", IPAddress.IPv6Any, Machine));

    [Fact]
    public void ListeningOnIpv4IsIpv4() => Assert.Equal(
        ["sip:bob@192.0.2.7:5070", "sip:bob@198.51.100.7:5070"], ReachableAt.Of("sip:bob@192.0.2.7:5070", IPAddress.Any, Machine));

    [Fact]
    public void ListeningOnOneAddressIsThat() =>
        Assert.Equal(["sip:bob@[::1]:5070"], ReachableAt.Of("sip:bob@[::1]:5070", IPAddress.IPv6Loopback));

    [Fact]
    public void AloneAMachineReachesItself() => Assert.Equal(
        ["sip:127.0.0.1:5070", "sip:[::1]:5070"], ReachableAt.Of("sip:127.0.0.1:5070", IPAddress.IPv6Any, Machine[..2]));
}
