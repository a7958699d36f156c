// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Peers with ICE that keep RTCP at a port of its own: reports go beside the pair that carries sound.</summary>
public sealed class RtcpBesideIceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReportsGoBothWaysAtThePortsBesideThePair(bool isEncrypted)
    {
        var security = isEncrypted ? MediaSecurityPolicy.Sdes : MediaSecurityPolicy.None;
        using var call = new CallPair(new() { Codecs = ["pcmu"], Security = security, Ice = new() }, rewriteOffer: WithoutMux);
        Assert.DoesNotContain("a=rtcp-mux", Encoding.UTF8.GetString(call.Answered.Answer.Span), StringComparison.Ordinal);
        Until(() => call.Caller.GetStatistics().RemoteFractionLost is not null && call.Callee.GetStatistics().RemoteFractionLost is not null);
        Assert.Equal(("host", "host"), (call.Caller.Facts!.Ice, call.Callee.Facts!.Ice));
        Assert.Equal((0, 0), (call.Caller.GetStatistics().SecurityRefusals, call.Callee.GetStatistics().SecurityRefusals));
    }

    [Fact]
    public void AtThatPortNothingButReportsOfTheHostThatThePairLeadsToIsTaken()
    {
        using var call = new CallPair(new() { Codecs = ["pcmu"], Security = MediaSecurityPolicy.None, Ice = new() }, rewriteOffer: WithoutMux);
        CallPair.Until(() => !call.Caller.AwaitsPath && call.Caller.GetStatistics().PacketsReceived > 5, "sound");
        var port = new IPEndPoint(IPAddress.Loopback, call.Caller.Facts!.Local.Port + 1);
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.5"), 0));
        using var neighbour = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        long before = call.Caller.GetStatistics().StrangerPackets;
        stranger.Send([0x80, 201, 0, 1, 0, 0, 0, 9], port);
        CallPair.Until(() => call.Caller.GetStatistics().StrangerPackets == before + 1, "a report of another host refused");
        neighbour.Send([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 7], port);
        CallPair.Until(() => call.Caller.GetStatistics().StrangerPackets == before + 2, "sound at the port of reports refused");
    }

    // A report leaves each five seconds, more or less, and the first may have had nothing to say.
    private static void Until(Func<bool> holds)
    {
        for (int i = 0; i < 600 && !holds(); i++)
            Thread.Sleep(100);
        Assert.True(holds());
    }

    private static byte[] WithoutMux(byte[] offer) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(offer).Replace("a=rtcp-mux\r\n", "", StringComparison.Ordinal));
}
