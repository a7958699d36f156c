// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Benchmarks;

/// <summary>The media worker's share of DTLS: a stranger's datagram, and one of the peer that goes into the ring (and out again). Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class DtlsLinkBenchmark : IDatagramSender
{
    private static readonly PeerAddress Peer = new(0, 0x0a000001, 4000, false, 0);
    private static readonly PeerAddress Stranger = new(0, 0xc6336401, 6000, false, 0);

    private readonly byte[] _datagram = new byte[600];
    private readonly DatagramRing _ring = new(64, 16_384);
    private readonly DtlsLink _link;

    public DtlsLinkBenchmark()
    {
        var identity = DtlsIdentity.CreateEphemeral();
        _link = new DtlsLink(this);
        _link.Guard.UseSignalled(Peer);
        _link.Use(new DtlsSession(new DtlsExecutor(), new() { Identity = identity, Peer = new(identity.Fingerprint), IsClient = false }, static () => { }, static _ => { }));
        _link.HandleDatagram(Peer, _datagram);
    }

    [Benchmark]
    public void OfAStranger() => _link.HandleDatagram(Stranger, _datagram);

    [Benchmark]
    public bool ThroughTheRing()
    {
        bool taken = _ring.TryWrite(_datagram) && _ring.TryPeek(out _);
        _ring.Release();
        return taken;
    }

    bool IDatagramSender.Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => true;
}
