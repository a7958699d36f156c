// SPDX-License-Identifier: MIT
using Earshot.Media.Tests.Sessions;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Tests.Ice;

/// <summary>The worker's halves of two calls, whose media goes where ICE says, on paper and in virtual time.</summary>
public sealed class IceOnTheWorkerTests
{
    private readonly PaperPhone _a = Phone(PaperPhone.AddressA, PaperPhone.AddressB, 1);
    private readonly PaperPhone _b = Phone(PaperPhone.AddressB, PaperPhone.AddressA, 1001);
    private readonly Wire _toA = new();
    private readonly Wire _toB = new();
    private int _checks;

    /// <summary>A turn is 20 ms of a call with sound: packets both ways, reports, and each few seconds the question whether the other side still wants them.</summary>
    [Fact]
    public void ConsentUnderARunningCallDoesNotAllocate()
    {
        (_a.Carry, _b.Carry) = (_toB.Put, _toA.Put);
        Begin(_a, _b);
        Begin(_b, _a);
        SteadyState.AllocatesNothing(1000, i => Turn(Instant.FromMilliseconds(1000 + (i * 20))));
        Assert.True(_a.Ice!.HasPath && _b.Ice!.HasPath);
        Assert.True(_checks > 8, $"{_checks} checks");
        Assert.True(_a.Media.Receive.Packets > 1000 && _b.Media.Receive.Packets > 1000);
    }

    private static PaperPhone Phone(PeerAddress local, PeerAddress remote, int seed) =>
        new(local, remote, null, null, seed, byIce: true);

    private static void Begin(PaperPhone phone, PaperPhone other)
    {
        var now = Instant.FromMilliseconds(1000);
        phone.Media.Apply(now, phone.Plan with { Ice = new IceAgreement(phone.Ice!.Description.Credentials, other.Ice!.Description) });
        phone.Media.Start(now);
    }

    private void Turn(Instant now)
    {
        _a.Speak(now);
        _b.Speak(now);
        while (Deliver(now, _toA, _a, _b) | Deliver(now, _toB, _b, _a))
        {
        }

        Due(now, _a);
        Due(now, _b);
    }

    private bool Deliver(Instant now, Wire wire, PaperPhone to, PaperPhone from)
    {
        if (!wire.TryTake(out var datagram))
            return false;
        _checks += PacketKinds.Classify(datagram) == PacketKind.Stun ? 1 : 0;
        to.Media.HandleDatagram(now, now, from.Local, datagram);
        to.DrainPlayback();
        return true;
    }

    private static void Due(Instant now, PaperPhone phone)
    {
        if (phone.Media.PollTimeout() <= now)
            phone.Media.HandleTimeout(now);
    }

    private sealed class Wire
    {
        private readonly byte[][] _datagrams = [.. Enumerable.Range(0, 64).Select(_ => new byte[2048])];
        private readonly int[] _lengths = new int[64];
        private int _put;
        private int _taken;

        public void Put(ArraySegment<byte> datagram)
        {
            Assert.True(_put - _taken < 64);
            datagram.AsSpan().CopyTo(_datagrams[_put % 64]);
            _lengths[_put++ % 64] = datagram.Count;
        }

        public bool TryTake(out Span<byte> datagram)
        {
            bool any = _taken < _put;
            datagram = any ? _datagrams[_taken % 64].AsSpan(0, _lengths[_taken % 64]) : default;
            _taken += any ? 1 : 0;
            return any;
        }
    }
}
