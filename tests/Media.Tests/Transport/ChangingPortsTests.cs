// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Transport;

/// <summary>Ports of a call that come and go while its worker runs.</summary>
public sealed class ChangingPortsTests : IDisposable
{
    private readonly MediaPorts _ports = new(new() { Random = new TestRandom(1), BindAddress = IPAddress.Loopback });
    private readonly MediaWorker _worker = new(SocketWaiter.Create(portable: false), 0);

    public void Dispose() => _worker.Dispose();

    [Fact]
    public void OneThatComesIsHeardAndOneThatGoesIsNotAndNothingFails()
    {
        var (rtp, rtcp) = _ports.OpenPair(AddressFamily.InterNetwork);
        using var sender = _ports.TryOpen(0, IPAddress.Loopback)!;
        var call = new Call([rtp, rtcp, null]);
        var late = _ports.TryOpen(rtp.LocalEndPoint.Port, IPAddress.Loopback)!; // its number is taken: another one
        _worker.Post(_ => _worker.Attach(call));
        _worker.Post(_ =>
        {
            call.Slots[2] = late;
            _worker.AddPort(call, 2);
        });
        Until(() => call.Heard(2), () => sender.Send([0x80], PeerAddress.From(late.LocalEndPoint)));
        _worker.Post(_ =>
        {
            _worker.RemovePort(call, 0);
            call.Slots[0] = null;
            rtp.Dispose();
        });
        int before = call.Count;
        Until(() => call.Count >= before + 10, () =>
        {
            sender.Send([0x80], PeerAddress.From(rtp.LocalEndPoint));
            sender.Send([0x80], PeerAddress.From(late.LocalEndPoint));
        });
        Assert.False(call.Heard(0));
        Assert.False(rtp.Send([0x80], PeerAddress.From(late.LocalEndPoint)));
        _worker.Post(_ => _worker.Detach(call));
        Until(() => _worker.Calls == 0, () => { });
        Assert.Null(_worker.Failure);
        late.Dispose();
        rtcp.Dispose();
    }

    private static void Until(Func<bool> condition, Action provoke)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            provoke();
            Thread.Sleep(5);
        }

        Assert.True(condition());
    }

    private sealed class Call(UdpPort?[] slots) : IWorkerCall
    {
        private readonly int[] _heard = new int[slots.Length];

        public UdpPort?[] Slots => slots;

        public IReadOnlyList<UdpPort?> Ports => slots;

        public int Count => _heard.Sum();

        public bool Heard(int port) => Volatile.Read(ref _heard[port]) > 0;

        public void HandleDatagram(Instant now, Instant arrival, int port, in PeerAddress from, Span<byte> datagram) => _heard[port]++;

        public void HandleCapture(Instant now)
        {
        }

        public void HandleTimeout(Instant now)
        {
        }

        public void HandleFailure(Instant now)
        {
        }

        public Instant PollTimeout() => Instant.Never;
    }
}
