// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Tests.BadInput;

namespace Earshot.Tests.Phones;

/// <summary>Strangers who make a phone ring and never mean it: they get little, and real callers still get through.</summary>
public sealed class StrangersRingTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task OneAddressRingsFewTimesAndIsThenToldBusy()
    {
        await using var phone = await StartAsync(inAll: 10, perAddress: 3);
        using var stranger = new Stranger(IPAddress.Loopback, phone);
        for (var i = 0; i < 5; i++) stranger.Invite();

        Assert.Equal(3, await stranger.CountAsync("SIP/2.0 180", 3));
        Assert.Equal(2, await stranger.CountAsync("SIP/2.0 486", 2));
        Assert.Contains("Retry-After: 30\r\n", stranger.Last("SIP/2.0 486"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallerFromElsewhereGetsThroughWhileStrangersRing()
    {
        SkipWithoutSecondLoopbackAddress();
        var pair = FreePortPair();
        // One pair of media ports: it must be there for the call that is answered.
        await using var phone = await StartAsync(inAll: 10, perAddress: 3, firstMediaPort: pair);
        phone.IncomingCall += call =>
        {
            if (call.From.Contains("alice@", StringComparison.Ordinal)) call.Accept(new CallOptions { Echo = true });
        };
        using var stranger = new Stranger(Elsewhere, phone);
        for (var i = 0; i < 5; i++) stranger.Invite();
        Assert.Equal(3, await stranger.CountAsync("SIP/2.0 180", 3));

        await using var alice = await StartAsync(inAll: 10, perAddress: 3, user: "alice");
        var talk = await alice.CallAsync(phone.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.EndsWith($":{pair}", talk.Session!.Remote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswersThatNobodyConfirmsAreFew()
    {
        await using var phone = await StartAsync(inAll: 10, perAddress: 3);
        phone.IncomingCall += call => call.Accept(new CallOptions { Echo = true });
        using var stranger = new Stranger(IPAddress.Loopback, phone);
        for (var i = 0; i < 70; i++) stranger.Invite();
        Assert.Equal(6, await stranger.CountAsync("SIP/2.0 486", 6));
        Assert.Equal(64, await stranger.CountAsync("SIP/2.0 200", 64));
    }

    [Fact]
    public async Task ACallThatIsAnsweredMakesRoomForTheNext()
    {
        await using var phone = await StartAsync(inAll: 1, perAddress: 1);
        phone.IncomingCall += call => call.Accept(new CallOptions { Echo = true });
        await using var alice = await StartAsync(inAll: 1, perAddress: 1, user: "alice");
        var calls = new List<Call>();
        for (var i = 0; i < 3; i++) calls.Add(await alice.CallAsync(phone.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.All(calls, c => Assert.False(c.Ended.IsCompleted));
    }

    private static Task<Phone> StartAsync(int inAll, int perAddress, int firstMediaPort = 0, string user = "bob") => Phone.StartAsync(new PhoneOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        User = user,
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        Security = [MediaSecurityMethod.None],
        FirstMediaPort = firstMediaPort,
        LastMediaPort = firstMediaPort == 0 ? 0 : firstMediaPort + 1,
        MaxUnansweredCalls = inAll,
        MaxUnansweredCallsPerAddress = perAddress,
    });

    private static void SkipWithoutSecondLoopbackAddress()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Bind(new IPEndPoint(Elsewhere, 0));
        }
        catch (SocketException)
        {
            Assert.Skip("this machine has no second loopback address");
        }
    }

    private static int FreePortPair()
    {
        while (true)
        {
            using var even = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)even.Client.LocalEndPoint!).Port;
            if ((port & 1) != 0) continue;
            try
            {
                using var odd = new UdpClient(new IPEndPoint(IPAddress.Loopback, port + 1));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: the next.
            }
        }
    }

    private sealed class Stranger(IPAddress from, Phone victim) : IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(from, 0));
        private readonly IPEndPoint _victim = IPEndPoint.Parse(victim.ListenUri[(victim.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        private readonly Dictionary<string, string> _heard = [];
        private int _number;

        public void Invite() => _socket.Send(BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", ++_number, BadMessages.Sdp), _victim);

        /// <summary>How many calls heard a response like this, once so many did.</summary>
        public async Task<int> CountAsync(string start, int expected)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (_heard.Keys.Count(k => k.StartsWith(start, StringComparison.Ordinal)) < expected)
            {
                var text = Encoding.UTF8.GetString((await _socket.ReceiveAsync(limit.Token)).Buffer);
                _heard[text[..11] + CallId(text)] = text; // repetitions count once
            }

            return _heard.Keys.Count(k => k.StartsWith(start, StringComparison.Ordinal));
        }

        public string Last(string start) => _heard.Last(h => h.Key.StartsWith(start, StringComparison.Ordinal)).Value;

        public void Dispose() => _socket.Dispose();

        private static string CallId(string text) => text.Split("\r\n").First(l => l.StartsWith("Call-ID:", StringComparison.Ordinal));
    }
}
