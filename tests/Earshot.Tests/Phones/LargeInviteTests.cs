// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Earshot.Tests.Phones;

/// <summary>On which transport a phone's INVITE leaves (RFC 3261 §18.1.1).</summary>
public sealed class LargeInviteTests
{
    private static readonly CallOptions Echo = new() { Echo = true };

    [Fact]
    public async Task AnInviteOver1300BytesTakesTcpWhereThePeerTakesConnections()
    {
        using var peer = new Peer(listens: true);
        await using var phone = await StartAsync(new string('x', 1000));
        await phone.PlaceCallAsync($"sip:bob@{peer.At}", Echo);
        using var connection = await peer.Tcp.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(20));
        var start = new byte[200];
        var got = await connection.ReceiveAsync(start);
        Assert.Contains("Via: SIP/2.0/TCP", Encoding.ASCII.GetString(start, 0, got), StringComparison.Ordinal);
        Assert.Equal(0, peer.Udp.Available);
    }

    [Fact]
    public async Task AnInviteOver1300BytesTakesUdpWhereThePeerRefusesConnections()
    {
        using var peer = new Peer(listens: false);
        await using var phone = await StartAsync(new string('x', 1000));
        await phone.PlaceCallAsync($"sip:bob@{peer.At}", Echo);
        Assert.Contains("Via: SIP/2.0/UDP", await peer.HearAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInviteOver1300BytesTakesUdpWhereConnectionsAreDroppedInSilence()
    {
        using var peer = new Peer(listens: false);
        peer.Tcp.Start(1);
        using var crowd = new Crowd(peer.At, 2); // the kernel drops every further SYN
        await using var phone = await StartAsync(new string('x', 1000));
        await phone.PlaceCallAsync($"sip:bob@{peer.At}", Echo);
        Assert.Contains("Via: SIP/2.0/UDP", await peer.HearAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASmallInviteTakesUdpWhereThePeerTakesBoth()
    {
        using var peer = new Peer(listens: true);
        await using var phone = await StartAsync("x");
        await phone.PlaceCallAsync($"sip:bob@{peer.At}", Echo);
        Assert.Contains("Via: SIP/2.0/UDP", await peer.HearAsync(), StringComparison.Ordinal);
        Assert.False(peer.Tcp.Pending());
    }

    private static Task<Phone> StartAsync(string name) => Phone.StartAsync(new PhoneOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        DisplayName = name,
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
    });

    // Fills a listener's backlog.
    private sealed class Crowd : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public Crowd(IPEndPoint at, int size)
        {
            for (var i = 0; i < size; i++)
            {
                _sockets.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                _sockets[^1].Connect(at);
            }
        }

        public void Dispose() => _sockets.ForEach(s => s.Dispose());
    }

    // UDP and TCP at one port, the latter listening or not.
    private sealed class Peer : IDisposable
    {
        public Peer(bool listens)
        {
            Udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            At = (IPEndPoint)Udp.Client.LocalEndPoint!;
            Tcp = new TcpListener(At);
            if (listens) Tcp.Start();
        }

        public IPEndPoint At { get; }

        public UdpClient Udp { get; }

        public TcpListener Tcp { get; }

        public async Task<string> HearAsync() =>
            Encoding.ASCII.GetString((await Udp.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(20))).Buffer);

        public void Dispose()
        {
            Tcp.Dispose();
            Udp.Dispose();
        }
    }
}
