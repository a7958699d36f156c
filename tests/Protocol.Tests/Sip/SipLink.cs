// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>The same bytes each run.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

/// <summary>One message that a core sent.</summary>
internal sealed record Sent(Instant At, SipPhone From, SipFlow Flow, string Text)
{
    public string FirstLine => Text[..Text.IndexOf('\r', StringComparison.Ordinal)];

    public bool Is(string start) => Text.StartsWith(start, StringComparison.Ordinal);
}

/// <summary>A core with its events and one flow per transport towards the other phone.</summary>
internal sealed class SipPhone(string name, string address, SipCoreOptions options, int seed)
{
    private readonly List<SipEvent> _events = [];

    public string Name { get; } = name;

    public SipCore Core { get; } = new(options with { User = name }, new SeededRandom(seed));

    public IPEndPoint Address { get; } = IPEndPoint.Parse(address);

    public Dictionary<SipTransport, SipFlow> Flows { get; } = [];

    public Action<Instant, SipEvent>? OnEvent { get; set; }

    public IEnumerable<SipEvent> Events => _events;

    public T Last<T>()
        where T : SipEvent => _events.OfType<T>().Last();

    public int Count<T>()
        where T : SipEvent => _events.OfType<T>().Count();

    public void Take(Instant now, SipEvent happened)
    {
        _events.Add(happened);
        OnEvent?.Invoke(now, happened);
    }
}

/// <summary>Two phones, 10 ms apart, in virtual time. What is lost is decided by a rule, repeatably.</summary>
internal sealed class SipLink
{
    private readonly PriorityQueue<(Sent Sent, SipPhone To), (long At, long Order)> _onTheWay = new();
    private readonly TimeSpan _delay = TimeSpan.FromMilliseconds(10);
    private long _order;

    public SipLink(SipCoreOptions? options = null)
    {
        options ??= new SipCoreOptions();
        Alice = new SipPhone("alice", "192.0.2.1:5060", options, 1);
        Bob = new SipPhone("bob", "192.0.2.2:5060", options, 2);
        foreach (var transport in new[] { SipTransport.Udp, SipTransport.Tcp, SipTransport.Tls, SipTransport.Wss })
        {
            Alice.Flows[transport] = new SipFlow(1, transport, Alice.Address, Bob.Address);
            Bob.Flows[transport] = new SipFlow(2, transport, Bob.Address, Alice.Address);
        }
    }

    public SipPhone Alice { get; }

    public SipPhone Bob { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    public List<Sent> Log { get; } = [];

    public Func<Sent, bool> IsLost { get; set; } = _ => false;

    /// <summary>What a NAT, or a strange phone, makes of a message on its way.</summary>
    public Func<Sent, string, string> Rewrite { get; set; } = (_, text) => text;

    public SipCall Call(SipTransport transport = SipTransport.Udp, string sdp = "offer")
    {
        var call = Alice.Core.Invite(Now, new SipInvite { Target = "sip:bob@192.0.2.2", Sdp = Bytes(sdp), Flows = [Alice.Flows[transport]] });
        Drain();
        return call;
    }

    /// <summary>Both phones answer, acknowledge and accept whatever comes.</summary>
    public SipLink Obliging()
    {
        foreach (var phone in new[] { Alice, Bob })
        {
            phone.OnEvent = (now, happened) =>
            {
                switch (happened)
                {
                    case SipEvent.IncomingInvite e:
                        phone.Core.Ring(now, e.Call);
                        phone.Core.Accept(now, e.Call, Bytes("answer"));
                        break;
                    case SipEvent.InviteAnswered e:
                        phone.Core.Ack(now, e.Call);
                        break;
                    case SipEvent.ReinviteAnswered e:
                        phone.Core.Ack(now, e.Call);
                        break;
                    case SipEvent.ReinviteReceived e:
                        phone.Core.AcceptReinvite(now, e.Call, Bytes("answer"));
                        break;
                    case SipEvent.AckMissing e:
                        phone.Core.Bye(now, e.Call);
                        break;
                }
            };
        }

        return this;
    }

    public void RunFor(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (true)
        {
            var arrival = _onTheWay.TryPeek(out _, out var priority) ? new Instant(priority.At) : Instant.Never;
            var next = Instant.Min(arrival, Instant.Min(Alice.Core.PollTimeout(), Bob.Core.PollTimeout()));
            if (next > end) break;
            Now = Instant.Max(Now, next);
            if (arrival <= Now) Deliver();
            else FireTimers();
            Drain();
        }

        Now = end;
    }

    /// <summary>Takes what both cores want to send and tell.</summary>
    public void Drain()
    {
        foreach (var phone in new[] { Alice, Bob })
        {
            var any = true;
            while (any)
            {
                any = false;
                while (phone.Core.PollEvent(out var happened))
                {
                    any = true;
                    phone.Take(Now, happened);
                }

                while (phone.Core.PollTransmit(out var flow, out var message))
                {
                    any = true;
                    Send(new Sent(Now, phone, flow, Encoding.UTF8.GetString(message.Span)));
                }
            }
        }
    }

    public IEnumerable<Sent> SentBy(SipPhone phone, string start) => Log.Where(s => s.From == phone && s.Is(start));

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Send(Sent sent)
    {
        Log.Add(sent);
        if (!IsLost(sent)) _onTheWay.Enqueue((sent, sent.From == Alice ? Bob : Alice), ((Now + _delay).Nanoseconds, _order++));
    }

    private void Deliver()
    {
        var (sent, to) = _onTheWay.Dequeue();
        to.Core.HandlePacket(Now, to.Flows[sent.Flow.Transport], Bytes(Rewrite(sent, sent.Text)));
    }

    private void FireTimers()
    {
        Alice.Core.HandleTimeout(Now);
        Bob.Core.HandleTimeout(Now);
    }
}
