// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Transport;

public sealed class MediaWorkerTests : IDisposable
{
    private readonly MediaPorts _ports = new(new() { Random = new TestRandom(1), BindAddress = IPAddress.Loopback });
    private readonly MediaWorker _worker = new(SocketWaiter.Create(portable: false), 0);

    public void Dispose() => _worker.Dispose();

    public enum Where
    {
        AtADatagram,
        WhenItCaptures,
        WhenItIsDue,
    }

    [Theory]
    [InlineData(Where.AtADatagram)]
    [InlineData(Where.WhenItCaptures)]
    [InlineData(Where.WhenItIsDue)]
    public void ACallThatThrowsIsLetGoAndTheOthersGoOn(Where breaks)
    {
        using var broken = new Call(_ports.OpenPair(AddressFamily.InterNetwork)) { Breaks = breaks };
        using var whole = new Call(_ports.OpenPair(AddressFamily.InterNetwork));
        _worker.Post(_ => _worker.Attach(broken));
        _worker.Post(_ => _worker.Attach(whole));
        Until(() => broken.Failed, () => Provoke(broken));

        int before = whole.Handled;
        Until(() => whole.Handled >= before + 20, () => Provoke(whole));
        Assert.Equal(1, broken.Failures);
        Assert.False(whole.Failed);
        Assert.Equal(1, _worker.Calls);
        Assert.IsType<InvalidOperationException>(_worker.Failure);
    }

    // A datagram from its own other port, and a capture.
    private void Provoke(Call call)
    {
        call.Ports[1].Send([0x80], PeerAddress.From(call.Ports[0].LocalEndPoint));
        _worker.SignalCapture();
    }

    private static void Until(Func<bool> condition, Action provoke)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            provoke();
            Thread.Sleep(10);
        }

        Assert.True(condition());
    }

    private sealed class Call((UdpPort Rtp, UdpPort Rtcp) ports) : IWorkerCall, IDisposable
    {
        private volatile int _handled;
        private volatile int _failures;

        public Where? Breaks { get; init; }

        public int Handled => _handled;

        public int Failures => _failures;

        public bool Failed => _failures > 0;

        public IReadOnlyList<UdpPort> Ports { get; } = [ports.Rtp, ports.Rtcp];

        public void HandleDatagram(Instant now, Instant arrival, int port, in PeerAddress from, Span<byte> datagram) => Handle(Where.AtADatagram);

        public void HandleCapture(Instant now) => Handle(Where.WhenItCaptures);

        public void HandleTimeout(Instant now) => Handle(Where.WhenItIsDue);

        public void HandleFailure(Instant now) => _failures++;

        public Instant PollTimeout() => default;

        public void Dispose()
        {
            ports.Rtp.Dispose();
            ports.Rtcp.Dispose();
        }

        private void Handle(Where where)
        {
            if (Breaks == where)
                throw new InvalidOperationException("a defect");
            _handled++;
        }
    }
}
