// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Repeats a 2xx to an INVITE until its ACK, over any transport, for 64·T1 (RFC 3261 §13.3.1.4).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class SuccessRetransmitter(SipParts parts)
{
    private readonly Dictionary<(SipCall Call, uint CSeq), Waiting> _waiting = [];

    /// <summary>How many wait for their ACK.</summary>
    public int Count => _waiting.Count;

    /// <summary>Starts to repeat a response that was just sent.</summary>
    public void Start(Instant now, SipCall call, uint cseq, SipFlow flow, ReadOnlyMemory<byte> response)
    {
        var waiting = new Waiting(this, call, cseq, flow, response, parts.Timers.T1);
        _waiting[(call, cseq)] = waiting;
        parts.Timers.Set(waiting, SipTimer.Success, now + parts.Timers.T1);
        parts.Timers.Set(waiting, SipTimer.AckMissing, now + parts.Timers.GiveUp);
    }

    /// <summary>The ACK came; false when it was not, or no longer, awaited.</summary>
    public bool Acknowledge(SipCall call, uint cseq)
    {
        if (!_waiting.Remove((call, cseq), out var waiting)) return false;
        parts.Timers.Stop(waiting, SipTimer.Success, SipTimer.AckMissing);
        return true;
    }

    /// <summary>True while a 2xx of ours in this call has no ACK.</summary>
    public bool Waits(SipCall call) => _waiting.Keys.Any(k => k.Call == call);

    /// <summary>The call is over.</summary>
    public void StopAll(SipCall call)
    {
        foreach (var (owner, cseq) in _waiting.Keys.Where(k => k.Call == call).ToArray()) Acknowledge(owner, cseq);
    }

    private sealed class Waiting(
        SuccessRetransmitter owner, SipCall call, uint cseq, SipFlow flow, ReadOnlyMemory<byte> response, TimeSpan interval) : ITimed
    {
        private TimeSpan _interval = interval;

        public void HandleTimer(Instant now, SipTimer timer)
        {
            if (timer == SipTimer.AckMissing)
            {
                owner.Acknowledge(call, cseq);
                owner.Tell(call);
                return;
            }

            owner.Repeat(flow, response);
            _interval = owner.Doubled(_interval);
            owner.Again(this, now + _interval);
        }
    }

    private void Tell(SipCall call) => parts.Outbox.Tell(new SipEvent.AckMissing(call));

    private void Repeat(SipFlow flow, ReadOnlyMemory<byte> response) => parts.Outbox.Send(flow, response);

    private TimeSpan Doubled(TimeSpan interval) => parts.Timers.Doubled(interval);

    private void Again(Waiting waiting, Instant at) => parts.Timers.Set(waiting, SipTimer.Success, at);
}
