// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Turn;

namespace Earshot.Tests.Shared;

/// <summary>An ICE agent whose packets go over bases that are no UDP socket, its relay's or TCP's; the test's own thread is the worker of both ends.</summary>
internal sealed class IceEnd(bool isControlling, IRandomSource random) : IDisposable
{
    private readonly byte[] _buffer = new byte[2048];
    private readonly List<IIceBase> _bases = [];

    public IceAgent Agent { get; } = new(new() { IsControlling = isControlling }, random);

    public List<byte[]> Heard { get; } = [];

    public void AddRelay(Instant now, TurnRelay relay, TurnEvent.Allocated allocated)
    {
        _bases.Add(relay);
        Agent.AddLocal(now, CandidateKind.Relayed, allocated.Relayed, allocated.Relayed, allocated.Mapped);
    }

    public void AddActive(Instant now, TcpActiveBase active)
    {
        _bases.Add(active);
        Agent.AddLocal(now, CandidateKind.Host, active.Origin, active.Origin, transport: CandidateTransport.TcpActive);
    }

    /// <summary>Any other base.</summary>
    public void Add(IIceBase other) => _bases.Add(other);

    public bool SendMedia(Instant now, byte[] packet) =>
        Agent.Selected is { } path && _bases.Find(b => b.Origin == path.Base) is { } from && from.Send(packet, PeerAddress.From(path.Remote));

    public void Turn(Instant now)
    {
        foreach (var at in _bases)
            Hear(now, at);
        if (Agent.PollTimeout() <= now)
            Agent.HandleTimeout(now);
        while (Agent.PollTransmit(_buffer, out int length, out var origin, out var remote))
        {
            var (at, to) = (_bases.Find(b => b.Origin == origin), remote);
            at?.Prepare(now, to);
            at?.Send(_buffer.AsSpan(0, length), PeerAddress.From(to));
        }

        while (Agent.PollEvent(out _))
        {
        }
    }

    public void Dispose() => Agent.Dispose();

    private void Hear(Instant now, IIceBase at)
    {
        while (at.TryReceive(now, out var packet, out var remote, out _))
        {
            if (!Agent.HandlePacket(now, at.Origin, remote.ToTransport(), packet))
                Heard.Add(packet.ToArray());
        }

        while (at.TryTakeFailure(out var gone))
            Agent.HandleTransportFailure(now, at.Origin, gone);
        if (at is TurnRelay relay && relay.PollTimeout() <= now)
            relay.HandleTimeout(now);
    }
}
