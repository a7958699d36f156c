// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Lab;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Benchmarks;

/// <summary>A check that an agent takes and answers, and one of a stranger's. Goal: ≤ 900 ns for reading and checking, 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class IceBenchmark : IDisposable
{
    private readonly IceAgent _agent = new(new IceOptions(), new SeededRandom(1));
    private readonly IceAgent _peer = new(new IceOptions { IsControlling = true }, new SeededRandom(2));
    private readonly TransportAddress _here = new(0, 0x0a000001, 5004, false);
    private readonly TransportAddress _there = new(0, 0x0a000002, 5004, false);
    private readonly byte[] _buffer = new byte[1500];
    private byte[] _check = [];
    private byte[] _foreign = [];
    private Instant _now = Instant.Zero;

    /// <summary>Connects two agents and keeps a check.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _agent.AddLocal(_now, CandidateKind.Host, _here, _here);
        _peer.AddLocal(_now, CandidateKind.Host, _there, _there);
        _agent.SetRemote(_now, _peer.LocalDescription);
        _peer.SetRemote(_now, _agent.LocalDescription);
        while (_agent.State != IceState.Completed || _peer.State != IceState.Completed)
            Exchange();
        _foreign = [.. _check];
        _foreign[24] ^= 1;
    }

    /// <summary>Taken, checked, answered.</summary>
    [Benchmark]
    public int TakeAndAnswer()
    {
        _agent.HandlePacket(_now, _here, _there, _check);
        return _agent.PollTransmit(_buffer, out int length, out _, out _) ? length : throw new InvalidOperationException("Not answered.");
    }

    /// <summary>Seen to be for somebody else.</summary>
    [Benchmark]
    public bool Stranger() => _agent.HandlePacket(_now, _here, _there, _foreign);

    /// <summary>When does the agent want to be called?</summary>
    [Benchmark]
    public Instant PollTimeout() => _agent.PollTimeout();

    /// <inheritdoc/>
    public void Dispose()
    {
        _agent.Dispose();
        _peer.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Exchange()
    {
        _now = Instant.Max(_now, Instant.Min(_agent.PollTimeout(), _peer.PollTimeout()));
        _agent.HandleTimeout(_now);
        _peer.HandleTimeout(_now);
        while (_peer.PollTransmit(_buffer, out int length, out _, out _))
        {
            if (_buffer[0] == 0)
                _check = _buffer[..length];
            _agent.HandlePacket(_now, _here, _there, _buffer.AsSpan(0, length));
        }

        while (_agent.PollTransmit(_buffer, out int length, out _, out _))
            _peer.HandlePacket(_now, _there, _here, _buffer.AsSpan(0, length));
    }
}
