// SPDX-License-Identifier: MIT
namespace Earshot.Tests;

public sealed class SipTargetsTests
{
    [Theory]
    [InlineData(" sip:bob@192.0.2.7 ", "sip:bob@192.0.2.7")]
    [InlineData("sip:bob@example.org?subject=hello&priority=urgent", "sip:bob@example.org")]
    [InlineData("sip:who?me@example.org;x=1?subject=hello", "sip:who?me@example.org;x=1")] // a user part may hold a question mark
    [InlineData("SIP:[2001:db8::7]:5080", "SIP:[2001:db8::7]:5080")]
    public void WhatIsCalledIsAUriWithoutHeaderFields(string target, string expected) =>
        Assert.Equal(expected, SipTargets.Parse(target, SipTransportChoice.Udp));

    [Theory]
    [InlineData("sip:bob@192.0.2.7", "sip:bob@192.0.2.7;transport=tcp")]
    [InlineData("sip:bob@192.0.2.7?subject=x", "sip:bob@192.0.2.7;transport=tcp")]
    [InlineData("sip:bob@192.0.2.7;transport=udp", "sip:bob@192.0.2.7;transport=udp")]
    public void ThePhonesTransportIsAddedUnlessOneIsNamed(string target, string expected) =>
        Assert.Equal(expected, SipTargets.Parse(target, SipTransportChoice.Tcp));

    [Theory]
    [InlineData("bob@192.0.2.7")]
    [InlineData("tel:+1234")]
    [InlineData("sip:")]
    [InlineData("sip:bob@")]
    [InlineData("sip:?subject=x")]
    [InlineData("sip:bob@192.0.2.7\r\nX: y")]
    [InlineData("sip:bob@<192.0.2.7>")]
    public void WhatIsNoAddressIsRefusedWithAWayOut(string target) =>
        Assert.Contains("write e.g.", Assert.Throws<ArgumentException>(() => SipTargets.Parse(target, SipTransportChoice.Udp)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sip:bob@[2001:db8::7]:5080", "2001:db8::7")]
    [InlineData("sip:bob@example.org:5080;lr?x=y", "example.org")]
    [InlineData("sip:example.org", "example.org")]
    public void TheHostIsShownWithoutPortAndBrackets(string uri, string host) => Assert.Equal(host, SipTargets.HostOf(uri));
}
