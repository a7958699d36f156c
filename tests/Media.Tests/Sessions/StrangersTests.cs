// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Diagnostics;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Strangers at the port of a running call, on real sockets.</summary>
public class StrangersTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFloodOfRubbishDoesNotDisturbACall(bool portable)
    {
        using var call = new CallPair(portable: portable);
        CallPair.Talk(0.3);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var random = new Random(11);
        var target = call.Callee.Facts!.Local;
        for (int i = 0; i < 3000; i++)
        {
            var datagram = new byte[random.Next(0, 1500)];
            random.NextBytes(datagram);
            if (datagram.Length > 0 && i % 2 == 0)
                datagram[0] = 0x80;
            stranger.SendTo(datagram, target);
            if (i % 20 == 0)
                Thread.Sleep(1);
        }

        CallPair.Talk(0.4);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        var statistics = call.Callee.GetStatistics();
        Assert.True(statistics.OtherDatagrams + statistics.SecurityRefusals > 100);
        Assert.DoesNotContain(call.CalleeEvents, e => e.Kind == MediaEventKind.RemoteAddressChanged);
    }

    [Fact]
    public void APeerThatIsGoneIsNoError()
    {
        using var call = new CallPair();
        CallPair.Talk(0.2);
        call.Callee.Dispose();
        long sent = call.Caller.GetStatistics().PacketsSent;
        CallPair.Talk(0.3);
        Assert.True(call.Caller.GetStatistics().PacketsSent > sent + 5);
    }

    [Fact]
    public void AWholeCallIsInThePacketCaptureEncrypted()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var capture = new PacketCapture(path))
            using (var engine = new MediaEngine(new()
            {
                Random = new TestRandom(5),
                BindAddress = IPAddress.Loopback,
                Capture = capture,
                Codecs = new PlainCodecs(),
                Workers = 1,
            }))
            using (new CallPair(engine: engine))
            {
                CallPair.Talk(0.3);
            }

            Assert.True(new FileInfo(path).Length > 20 * 160);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
