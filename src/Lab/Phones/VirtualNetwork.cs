// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.Lab.Phones;

/// <summary>Two phones, a link each way, and the clock that drives them: whole calls in virtual time.</summary>
/// <remarks>Thread: one. The same seed and script give the same course, packet by packet.</remarks>
internal sealed class VirtualNetwork
{
    private static readonly IPEndPoint AliceAt = new(IPAddress.Parse("192.0.2.1"), 5060);
    private static readonly IPEndPoint BobAt = new(IPAddress.Parse("192.0.2.2"), 5060);

    private readonly SimulatedLink _toBob;
    private readonly SimulatedLink _toAlice;
    private readonly PriorityQueue<Action, (long At, int Order)> _script = new();
    private int _order;

    public VirtualNetwork(ulong seed, LinkOptions toBob, LinkOptions toAlice)
    {
        var random = new SeededRandom(seed);
        _toBob = new SimulatedLink(toBob, new SeededRandom(random.NextBits()));
        _toAlice = new SimulatedLink(toAlice, new SeededRandom(random.NextBits()));
        Alice = new VirtualPhone("alice", AliceAt, BobAt, _toBob, new SeededRandom(random.NextBits()));
        Bob = new VirtualPhone("bob", BobAt, AliceAt, _toAlice, new SeededRandom(random.NextBits()));
    }

    public VirtualPhone Alice { get; }

    public VirtualPhone Bob { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>Datagrams that both phones have sent.</summary>
    public long DatagramsSent => _toBob.Sent + _toAlice.Sent;

    /// <summary>Does something at a time from now.</summary>
    public void After(TimeSpan time, Action action) => _script.Enqueue(action, ((Now + time).Nanoseconds, _order++));

    /// <summary>Lets virtual time pass.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (NextStep() is var next && next <= end) Step(Instant.Max(next, Now));
        Now = end;
    }

    private Instant NextStep()
    {
        var script = _script.TryPeek(out _, out var due) ? new Instant(due.At) : Instant.Never;
        var links = Instant.Min(_toBob.NextArrival, _toAlice.NextArrival);
        var phones = Instant.Min(Alice.PollTimeout(), Bob.PollTimeout());
        return Instant.Min(script, Instant.Min(links, phones));
    }

    private void Step(Instant now)
    {
        Now = now;
        while (_script.TryPeek(out _, out var due) && due.At <= now.Nanoseconds) _script.Dequeue()();
        while (_toBob.TryReceive(now, out var datagram)) Bob.HandlePacket(now, datagram);
        while (_toAlice.TryReceive(now, out var datagram)) Alice.HandlePacket(now, datagram);
        if (Alice.PollTimeout() <= now) Alice.HandleTimeout(now);
        if (Bob.PollTimeout() <= now) Bob.HandleTimeout(now);
    }
}
