// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", true)] // one customer's, who has them all
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1", "fe80::2", false)] // a whole link's
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", false)] // written plain before they are compared
    public void WhoSharesANetworkOfIPv6IsOne(string one, string other, bool isOne)
    {
        Assert.Equal(isOne, AddressRules.IsOneSite(IPAddress.Parse(one), IPAddress.Parse(other)));
        Assert.Equal(isOne, AddressRules.IsOneSite(IPAddress.Parse(other), IPAddress.Parse(one)));
    }
}
