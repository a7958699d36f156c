// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Transport;

public class UdpPortTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADatagramArrivesWithItsSenderAndAStampBeforeNow(bool portable)
    {
        using var a = Open(portable);
        using var b = Open(portable);
        var buffer = new byte[100];
        var rest = TimeSpan.FromMilliseconds(30);
        bool isStamped = portable || !LinuxSystemCalls.Available;
        var until = MonotonicClock.Now + TimeSpan.FromMinutes(1);
        // The kernel begins to stamp some time after the first socket asked for it; until then a datagram's stamp is that of its reading.
        do
        {
            Assert.True(MonotonicClock.Now < until, "stamped when it was read, not when it came");
            Assert.True(a.Send([1, 2, 3], b.Local));
            Thread.Sleep(rest);
            var now = Receive(b, buffer, out int length, out var from, out var arrival);
            Assert.Equal(3, length);
            Assert.Equal(a.Local, from);
            Assert.True(arrival <= now);
            isStamped |= now - arrival > rest / 2;
            Assert.False(b.TryReceive(now, 0, buffer, out _, out _, out _));
        }
        while (!isStamped);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APortThatNobodyListensAtIsCountedAndNothingElse(bool portable)
    {
        using var a = Open(portable);
        using var b = Open(portable);
        PeerAddress nobody;
        using (var gone = Open(portable))
            nobody = gone.Local;
        var buffer = new byte[100];
        for (int i = 0; i < 5; i++)
        {
            a.Send([1], nobody);
            a.TryReceive(MonotonicClock.Now, 0, buffer, out _, out _, out _);
        }

        Assert.True(a.Send([7], b.Local));
        Receive(b, buffer, out _, out _, out _);
        Assert.Equal(7, buffer[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SendAndReceiveDoesNotAllocate(bool portable)
    {
        using var a = Open(portable);
        using var b = Open(portable);
        var buffer = new byte[200];
        var to = b.Local;
        SteadyState.AllocatesNothing(1000, Once);

        void Once()
        {
            a.Send(buffer.AsSpan(0, 172), in to);
            var now = MonotonicClock.Now;
            b.TryReceive(now, 0, buffer, out _, out _, out _);
        }
    }

    [Fact]
    public void IPv6AddressesSurviveTheNativeForm()
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Skip("no IPv6 on this machine");
        var ports = new MediaPorts(new MediaEngineOptions { Random = new TestRandom(1), BindAddress = IPAddress.IPv6Loopback });
        UdpPort a, b;
        try
        {
            (a, b) = ports.OpenPair(AddressFamily.InterNetworkV6);
        }
        catch (MediaTransportException)
        {
            Assert.Skip("no IPv6 loopback address on this machine");
            return;
        }

        using (a)
        using (b)
        {
            Assert.True(a.Send([1], b.Local));
            Receive(b, new byte[10], out _, out var from, out _);
            Assert.Equal(a.Local, from);
            Assert.Equal(a.LocalEndPoint, from.ToEndPoint());
        }
    }

    [Fact]
    public void RtpTakesAnEvenPortAndRtcpTheNext()
    {
        var ports = new MediaPorts(new MediaEngineOptions { Random = new TestRandom(1), BindAddress = IPAddress.Loopback });
        var (rtp, rtcp) = ports.OpenPair(AddressFamily.InterNetwork);
        using (rtp)
        using (rtcp)
        {
            Assert.Equal(0, rtp.LocalEndPoint.Port & 1);
            Assert.Equal(rtp.LocalEndPoint.Port + 1, rtcp.LocalEndPoint.Port);
        }
    }

    [Fact]
    public void AFullRangeNamesItself()
    {
        var ports = new MediaPorts(new MediaEngineOptions { Random = new TestRandom(1), BindAddress = IPAddress.Loopback, FirstPort = 46010, LastPort = 46013 });
        var open = new List<IDisposable>();
        var e = Assert.Throws<MediaTransportException>(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                var (rtp, rtcp) = ports.OpenPair(AddressFamily.InterNetwork);
                open.AddRange([rtp, rtcp]);
            }
        });
        open.ForEach(port => port.Dispose());
        Assert.Contains("46010-46013", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, false)]
    [InlineData(0, 46020, false)]
    [InlineData(1, 46020, true)]
    public void WhenNoMoreSocketsMayOpenThatIsSaidAndNoneStaysOpen(int allowed, int firstPort, bool portable)
    {
        var opened = new List<Socket>();
        var options = new MediaEngineOptions
        {
            Random = new TestRandom(1),
            BindAddress = IPAddress.Loopback,
            FirstPort = firstPort,
            LastPort = firstPort + 40,
            PortableTransport = portable,
        };
        var ports = new MediaPorts(options, family =>
        {
            if (opened.Count == allowed)
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            opened.Add(new Socket(family, SocketType.Dgram, ProtocolType.Udp));
            return opened[^1];
        });
        var e = Assert.Throws<MediaTransportException>(() => ports.OpenPair(AddressFamily.InterNetwork));
        Assert.Contains("ulimit -n", e.Message, StringComparison.Ordinal);
        Assert.All(opened, socket => Assert.True(socket.SafeHandle.IsClosed));
    }

    [Fact]
    public void APairOfWhichOnePortFailsLeavesTheOtherNotOpen()
    {
        var opened = new List<Socket>();
        var ports = new MediaPorts(new MediaEngineOptions { Random = new TestRandom(1), BindAddress = IPAddress.Loopback }, family =>
        {
            opened.Add(new Socket(family, SocketType.Dgram, ProtocolType.Udp));
            if (opened.Count == 2)
                opened[1].Dispose();
            return opened[^1];
        });
        Assert.ThrowsAny<Exception>(() => ports.OpenPair(AddressFamily.InterNetwork));
        Assert.All(opened, socket => Assert.True(socket.SafeHandle.IsClosed));
    }

    [Fact]
    public void AnAddressThatIsNotOursIsNamedWithTheReason()
    {
        var ports = new MediaPorts(new MediaEngineOptions { Random = new TestRandom(1), BindAddress = IPAddress.Parse("192.0.2.1"), FirstPort = 46030, LastPort = 46050 });
        var e = Assert.Throws<MediaTransportException>(() => ports.OpenPair(AddressFamily.InterNetwork));
        Assert.Contains("cannot bind a media socket to 192.0.2.1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheAddressTowardsAPeerIsTheOneThatTheKernelRoutes()
    {
        Assert.Equal(IPAddress.Loopback, LocalAddress.Towards(IPAddress.Loopback));
        Assert.Equal(IPAddress.Loopback, LocalAddress.Towards(IPAddress.Loopback, IPAddress.Any));
        Assert.Throws<MediaTransportException>(() => LocalAddress.Towards(IPAddress.Parse("192.0.2.1"), IPAddress.Loopback));
        Assert.Equal(IPAddress.Parse("127.0.0.5"), LocalAddress.Towards(IPAddress.Loopback, IPAddress.Parse("127.0.0.5")));
    }

    internal static UdpPort Open(bool portable)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return portable || !LinuxSystemCalls.Available ? new PortableUdpPort(socket) : new LinuxUdpPort(socket);
    }

    // Until it comes: what a busy machine holds up by a second is no fault of the port's.
    private static Instant Receive(UdpPort port, byte[] buffer, out int length, out PeerAddress from, out Instant arrival)
    {
        for (var until = MonotonicClock.Now + TimeSpan.FromMinutes(1); ; Thread.Sleep(1))
        {
            var now = MonotonicClock.Now;
            if (port.TryReceive(now, WallClockOffset(now), buffer, out length, out from, out arrival))
                return now;
            Assert.True(now < until, "nothing came");
        }
    }

    internal static long WallClockOffset(Instant now) => now.Nanoseconds - ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100);
}
