// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Calls;
using Earshot.Lab.Links;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sip;

namespace Earshot.Lab.Phones;

/// <summary>A phone in virtual time: the real SIP core, the real call logic, one flow over a simulated link, and media that is scripted unless told otherwise.</summary>
/// <remarks>Thread: one. <see cref="VirtualNetwork"/> tells it the time.</remarks>
internal sealed class VirtualPhone
{
    private readonly SipFlow _flow;
    private readonly SimulatedLink _out;
    private readonly Dictionary<SipCall, VirtualCall> _calls = [];

    public VirtualPhone(string name, IPEndPoint local, IPEndPoint remote, SimulatedLink outgoing, IRandomSource random, SipTransport transport = SipTransport.Udp, bool trickles = false)
    {
        Name = name;
        Random = random;
        _out = outgoing;
        _flow = new SipFlow(1, transport, local, remote);
        var options = new SipCoreOptions { User = name };
        Core = new SipCore(trickles ? TrickleIce.AnnouncedBy(options) : options, random);
    }

    public string Name { get; }

    public SipCore Core { get; }

    public IRandomSource Random { get; }

    /// <summary>Each message that it sent, as text.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Every call there was, oldest first.</summary>
    public List<VirtualCall> Calls { get; } = [];

    /// <summary>Makes a call's media; null for <see cref="ScriptedMedia"/>.</summary>
    public Func<VirtualCall, ICallMedia>? MakeMedia { get; init; }

    /// <summary>What to do with a call that comes; does nothing (it rings) when null.</summary>
    public Action<Instant, VirtualCall>? OnIncoming { get; set; }

    /// <summary>Calls the other phone.</summary>
    public VirtualCall Call(Instant now, CallTimes? times = null)
    {
        var call = NewCall(times);
        call.Driver.Place(now, new SipInvite { Target = Target, Flows = [_flow] });
        if (call.Driver.Sip is { } sip) _calls[sip] = call;
        Drain(now);
        return call;
    }

    /// <summary>Does something with a call, then sends what comes of it.</summary>
    public void Do(Instant now, Action action)
    {
        action();
        Drain(now);
    }

    public void HandlePacket(Instant now, byte[] datagram)
    {
        Core.HandlePacket(now, _flow, datagram);
        Drain(now);
    }

    public void HandleTimeout(Instant now)
    {
        Core.HandleTimeout(now);
        foreach (var call in Calls)
            if (call.Driver.PollTimeout() <= now) call.Driver.HandleTimeout(now);
        Drain(now);
    }

    public Instant PollTimeout() => Calls.Aggregate(Core.PollTimeout(), (next, call) => Instant.Min(next, call.Driver.PollTimeout()));

    private string Target => _flow.Transport == SipTransport.Udp ? $"sip:{_flow.Remote}" : $"sip:{_flow.Remote};transport={_flow.Transport.ToString().ToLowerInvariant()}";

    private void Drain(Instant now)
    {
        bool more;
        do
        {
            more = false;
            while (Core.PollEvent(out var happened))
            {
                Handle(now, happened);
                more = true;
            }

            while (Core.PollTransmit(out _, out var message))
            {
                Sent.Add(System.Text.Encoding.UTF8.GetString(message.Span));
                _out.Send(now, message.Span);
                more = true;
            }
        }
        while (more);
    }

    private void Handle(Instant now, SipEvent happened)
    {
        if (happened is SipEvent.IncomingInvite invite)
        {
            var call = NewCall(null);
            _calls[invite.Call] = call;
            call.Driver.Take(now, invite);
            OnIncoming?.Invoke(now, call);
        }
        else if (happened is SipEvent.ResolveNeeded resolve)
        {
            Core.HandleResolved(now, resolve.Query, [_flow]);
        }
        else if (Phone.CallOf(happened) is { } sip && _calls.TryGetValue(sip, out var known))
        {
            known.Driver.HandleSip(now, happened);
        }
    }

    private VirtualCall NewCall(CallTimes? times)
    {
        var call = new VirtualCall(this, times ?? CallTimes.Default);
        Calls.Add(call);
        return call;
    }
}
