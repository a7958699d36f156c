// SPDX-License-Identifier: MIT
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public class SystemResolverTests
{
    [Theory]
    [InlineData("sip:bob@127.0.0.1", false, "Udp 127.0.0.1:5060")]
    [InlineData("sip:bob@127.0.0.1:5080", true, "Tcp 127.0.0.1:5080|Udp 127.0.0.1:5080")]
    [InlineData("sip:bob@127.0.0.1:5080;transport=TCP", false, "Tcp 127.0.0.1:5080")]
    [InlineData("sip:bob@127.0.0.1;transport=udp", true, "Udp 127.0.0.1:5060")]
    [InlineData("sip:bob@[::1]:5070", false, "Udp [::1]:5070")]
    [InlineData("sip:bob@nowhere.invalid;maddr=127.0.0.2", false, "Udp 127.0.0.2:5060")]
    [InlineData("sip:bob@127.0.0.1;transport=sctp", false, "")]
    [InlineData("sips:bob@127.0.0.1", false, "Tls 127.0.0.1:5061")]
    [InlineData("sips:bob@127.0.0.1:7000;transport=tcp", false, "Tls 127.0.0.1:7000")]
    [InlineData("sips:bob@127.0.0.1;transport=udp", false, "")]
    [InlineData("sip:bob@127.0.0.1;transport=tls", true, "Tls 127.0.0.1:5061")]
    [InlineData("sip:bob@127.0.0.1;transport=ws", false, "Ws 127.0.0.1:80")]
    [InlineData("sip:bob@127.0.0.1;transport=WSS", false, "Wss 127.0.0.1:443")]
    [InlineData("sips:bob@127.0.0.1:8443;transport=ws", false, "Wss 127.0.0.1:8443")]
    [InlineData("tel:+1234", false, "")]
    [InlineData("nonsense", false, "")]
    [InlineData("sip:bob@1234", false, "")]
    [InlineData("sip:bob@10.1", false, "")]
    public async Task AUriLeadsToHops(string uri, bool preferReliable, string expected)
    {
        var hops = await new SystemResolver().ResolveAsync(uri, preferReliable, CancellationToken.None);
        Assert.Equal(expected, string.Join('|', hops.Select(h => $"{h.Transport} {h.Remote}")));
    }

    [Fact]
    public async Task NamesAreLookedUp()
    {
        var hops = await new SystemResolver().ResolveAsync("sip:bob@localhost:5090", false, CancellationToken.None);
        Assert.Contains(hops, h => System.Net.IPAddress.IsLoopback(h.Remote.Address) && h.Remote.Port == 5090);
    }
}
