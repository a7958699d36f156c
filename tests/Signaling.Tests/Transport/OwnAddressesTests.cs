// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public sealed class OwnAddressesTests
{
    [Fact]
    public void AnAddressThatIsBoundIsTheOnlyOne() => Assert.Equal([IPAddress.Loopback], OwnAddresses.All(IPAddress.Loopback));

    [Fact]
    public void EveryIPv4AddressIsOneFamilyAlone()
    {
        var all = OwnAddresses.All(IPAddress.Any);
        Assert.Equal(OwnAddresses.First(IPAddress.Any), all[0]);
        Assert.All(all, a => Assert.Equal(AddressFamily.InterNetwork, a.AddressFamily));
    }

    [Fact]
    public void EveryAddressCanBeBoundAndNeedsNoZone()
    {
        var all = OwnAddresses.All(IPAddress.IPv6Any);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.All(all, a => Assert.False(AddressRules.IsWildcard(a) || a.IsIPv6LinkLocal));
        foreach (var address in all.Where(a => a.AddressFamily == AddressFamily.InterNetwork))
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
        }
    }

    [Fact]
    public async Task AnAgentNamesEachOfItsAddressesAsAUri()
    {
        await using var agent = await SignalingAgent.StartAsync(new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Any, 0) }, (_, _) => { }, TestContext.Current.CancellationToken);
        Assert.Equal(agent.ListenUri, agent.ListenUris[0]);
        Assert.All(agent.ListenUris, uri => Assert.EndsWith($":{agent.ListenEndPoint.Port}", uri, StringComparison.Ordinal));
        Assert.Equal(OwnAddresses.All(IPAddress.Any).Count, agent.ListenUris.Count);
    }
}
