// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Earshot.Lab;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;

namespace Earshot.Benchmarks;

/// <summary>As <see cref="IceLinkBenchmark.TakeAndAnswer"/>, from a real loopback socket and back into it: recvmsg with its stamp, the check, the response, sendto. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class IceSocketBenchmark : IDisposable
{
    private const int Checks = 100; // less than a socket holds
    private readonly byte[] _datagram = new byte[2048];
    private readonly UdpPort _here = Open();
    private readonly UdpPort _there = Open();
    private readonly IceLink _link;
    private readonly IceLink _peer;
    private byte[] _check = [];
    private Instant _now = Instant.FromMilliseconds(1);

    public IceSocketBenchmark()
    {
        _link = new IceLink(new(), new SeededRandom(1), new NoEvents());
        _peer = new IceLink(new() { IsControlling = true }, new SeededRandom(2), new NoEvents());
    }

    /// <summary>Connects two over their sockets, and keeps a check.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _link.AddSocket(_now, _here.Local.ToTransport(), _here);
        _peer.AddSocket(_now, _there.Local.ToTransport(), _there);
        _link.Apply(_now, new(_link.Description.Credentials, _peer.Description));
        _peer.Apply(_now, new(_peer.Description.Credentials, _link.Description));
        for (int i = 0; i < 5000 && !(_link.HasPath && _peer.HasPath); i++, _now += TimeSpan.FromMilliseconds(1))
        {
            _link.HandleTimeout(_now);
            _peer.HandleTimeout(_now);
            Hear(_here, _link, isKept: true);
            Hear(_there, _peer, isKept: false);
        }

        if (!_link.HasPath || _check.Length == 0)
            throw new InvalidOperationException("Not connected.");
    }

    /// <summary>Checks wait in the socket; what was answered before is taken away.</summary>
    [IterationSetup]
    public void FillSocket()
    {
        while (_there.TryReceive(_now, 0, _datagram, out _, out _, out _))
        {
        }

        for (int i = 0; i < Checks; i++)
            _there.Send(_check, _here.Local);
    }

    /// <summary>Received, taken, checked, answered, sent.</summary>
    [Benchmark(OperationsPerInvoke = Checks)]
    public int ReceiveAndAnswer()
    {
        int taken = 0;
        while (_here.TryReceive(_now, 0, _datagram, out int length, out var from, out _))
            taken += _link.HandleDatagram(_now, 0, from, _datagram.AsSpan(0, length), out _, out _) == IceSource.Taken ? 1 : 0;
        return taken;
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _link.Dispose();
        _peer.Dispose();
        _here.Dispose();
        _there.Dispose();
        GC.SuppressFinalize(this);
    }

    private static UdpPort Open() => new MediaPorts(new MediaEngineOptions { Random = new SeededRandom(1), BindAddress = IPAddress.Loopback }).OpenPair(AddressFamily.InterNetwork).Rtp;

    private void Hear(UdpPort port, IceLink link, bool isKept)
    {
        while (port.TryReceive(_now, 0, _datagram, out int length, out var from, out _))
        {
            if (isKept && (_datagram[0], _datagram[1]) == (0, 1))
                _check = _datagram[..length];
            link.HandleDatagram(_now, 0, from, _datagram.AsSpan(0, length), out _, out _);
        }
    }
}
