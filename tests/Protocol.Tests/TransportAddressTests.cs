// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Protocol.Tests;

public sealed class TransportAddressTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.20.100")]
    [InlineData("2001:db8::1")]
    [InlineData("::1")]
    [InlineData("fe80::1:2")]
    public void NumericAddressesGoThereAndBack(string text)
    {
        Assert.True(TransportAddress.TryParse(text, 5004, out var address));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(text), 5004), address.ToEndPoint());
        Assert.Equal(address, TransportAddress.From(address.ToEndPoint()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.04")]
    [InlineData("01.2.3.4")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3/4.5")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("a.b.c.d")]
    [InlineData("7f3c.local")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    public void OtherTextIsNoAddress(string text) => Assert.False(TransportAddress.TryParse(text, 1, out _));

    [Fact]
    public void MappedIpv4IsIpv4()
    {
        Assert.True(TransportAddress.TryParse("::ffff:192.0.2.1", 1, out var mapped));
        Assert.True(TransportAddress.TryParse("192.0.2.1", 1, out var plain));
        Assert.Equal(plain, mapped);
    }

    [Fact]
    public void KindsAreKnown()
    {
        Assert.True(Of("127.1.2.3").IsLoopback && Of("::1").IsLoopback && !Of("128.0.0.1").IsLoopback);
        Assert.True(Of("169.254.1.1").IsLinkLocal && Of("febf::1").IsLinkLocal && !Of("fec0::1").IsLinkLocal);
        Assert.True(Of("224.0.0.1").IsMulticast && Of("ff02::1").IsMulticast && Of("255.255.255.255").IsMulticast && !Of("223.0.0.1").IsMulticast);
        Assert.True(Of("::").IsUnspecified && Of("0.0.0.0").IsUnspecified && default(TransportAddress).IsNone && !Of("::").IsNone);
    }

    private static TransportAddress Of(string text)
    {
        Assert.True(TransportAddress.TryParse(text, 1, out var address));
        return address;
    }
}
