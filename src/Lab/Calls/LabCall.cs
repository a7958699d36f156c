// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>A whole call in virtual time: two ends, a link each way, and the loop that drives them.</summary>
/// <remarks>
/// <code>
///   the earliest of:  a datagram arrives │ a microphone's block is full │ RTCP is due │ a speaker takes a block
///                     what arrives at the moment of a pull is there for it
/// </code>
/// Thread: one. No socket, no thread, no clock.
/// </remarks>
internal sealed class LabCall : IDisposable
{
    private readonly LabScenario _scenario;
    private readonly SimulatedLink _there;
    private readonly SimulatedLink _back;

    /// <summary>Both ends agree; nothing is said yet.</summary>
    public LabCall(LabScenario scenario)
    {
        _scenario = scenario;
        var random = new SeededRandom(scenario.Seed);
        _there = new SimulatedLink(scenario.Link, new(random.NextBits()));
        _back = new SimulatedLink(scenario.Back ?? scenario.Link, new(random.NextBits()));
        Caller = new LabEnd(scenario, new(IPAddress.Parse("192.0.2.1"), 4000), scenario.Voice, new(Instant.Zero, 0), _there, new(random.NextBits()));
        Callee = new LabEnd(scenario, new(IPAddress.Parse("192.0.2.2"), 4000), scenario.Answer, new(Instant.Zero, scenario.DriftPpm), _back, new(random.NextBits()));
        LabEnd.Connect(Caller, Callee, Now);
    }

    /// <summary>Who speaks.</summary>
    public LabEnd Caller { get; }

    /// <summary>Who hears.</summary>
    public LabEnd Callee { get; }

    /// <summary>Virtual time.</summary>
    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>When the call is over.</summary>
    public Instant End => Instant.Zero + _scenario.Duration;

    /// <summary>Both ways' logs.</summary>
    public (LinkLog There, LinkLog Back) Logs => (_there.Log, _back.Log);

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="end">Until then.</param>
    /// <param name="cancel">Looked at now and then.</param>
    public void Run(Instant end, CancellationToken cancel = default)
    {
        for (var steps = 0; NextStep() is var next && next <= end; steps++)
        {
            if ((steps & 1023) == 0) cancel.ThrowIfCancellationRequested();
            Now = next;
            Step(next);
        }

        Now = end;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Caller.Dispose();
        Callee.Dispose();
    }

    // Who has no voice to hear pulls nothing.
    private bool CallerHears => _scenario.Answer is not null;

    private Instant NextStep()
    {
        var arrivals = Instant.Min(_there.NextArrival, _back.NextArrival);
        var captures = Instant.Min(Caller.NextCapture, Callee.NextCapture);
        var timeouts = Instant.Min(Caller.Media.PollTimeout(), Callee.Media.PollTimeout());
        var pulls = CallerHears ? Instant.Min(Caller.NextPull, Callee.NextPull) : Callee.NextPull;
        return Instant.Min(Instant.Min(arrivals, captures), Instant.Min(timeouts, pulls));
    }

    private void Step(Instant now)
    {
        while (_there.TryReceive(now, out var datagram)) Callee.HandleDatagram(now, Caller.Local, datagram);
        while (_back.TryReceive(now, out var datagram)) Caller.HandleDatagram(now, Callee.Local, datagram);
        Drive(Caller, now);
        Drive(Callee, now);
        if (Callee.NextPull <= now) Callee.Pull(now, Caller);
        if (CallerHears && Caller.NextPull <= now) Caller.Pull(now, Callee);
    }

    private static void Drive(LabEnd end, Instant now)
    {
        while (end.NextCapture <= now) end.Capture(now);
        if (end.Media.PollTimeout() <= now) end.HandleTimeout(now);
    }
}
