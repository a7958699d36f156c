// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Tests;

/// <summary>A caller and a callee that answers every call, on loopback.</summary>
internal sealed class AgentPair : IAsyncDisposable
{
    public static readonly byte[] Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=offer\r\n"u8.ToArray();
    public static readonly byte[] Answer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=answer\r\n"u8.ToArray();

    private readonly string _transport;

    private AgentPair(string transport) => _transport = transport;

    public SignalingAgent Caller { get; private set; } = null!;

    public SignalingAgent Callee { get; private set; } = null!;

    public ConcurrentQueue<Exception> Errors { get; } = new();

    public ConcurrentQueue<SipEvent> CallerSaw { get; } = new();

    public ConcurrentQueue<SipEvent> CalleeSaw { get; } = new();

    public string CalleeUri => Callee.ListenUri + _transport;

    public static async Task<AgentPair> StartAsync(string address = "127.0.0.1", string transport = "", Action<SipEvent>? calleeHook = null)
    {
        var pair = new AgentPair(transport);
        pair.Caller = await SignalingAgent.StartAsync(pair.Options(address), (now, e) => pair.OnCaller(e));
        pair.Callee = await SignalingAgent.StartAsync(pair.Options(address), (now, e) => pair.OnCallee(e, calleeHook));
        return pair;
    }

    /// <summary>Calls, without waiting for the answer.</summary>
    public Task<SipCall> InviteAsync(IReadOnlyList<SipFlow>? flows = null) => Caller.PostAsync(
        (core, now) => core.Invite(now, new SipInvite { Target = CalleeUri, Sdp = Offer, Flows = flows ?? [] }));

    /// <summary>Waits until something holds; the limit only ends a test that hangs.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 4000 && !holds(); i++) await Task.Delay(5);
        Assert.True(holds(), "nothing happened in 20 s");
    }

    public int CountCaller<T>() => CallerSaw.Count(e => e is T);

    public int CountCallee<T>() => CalleeSaw.Count(e => e is T);

    public async ValueTask DisposeAsync()
    {
        await Caller.DisposeAsync();
        await Callee.DisposeAsync();
    }

    private SignalingAgentOptions Options(string address) => new()
    {
        Listen = new IPEndPoint(IPAddress.Parse(address), 0),
        OnError = Errors.Enqueue,
    };

    private void OnCaller(SipEvent happened)
    {
        if (happened is SipEvent.InviteAnswered answered) Caller.Post((core, now) => core.Ack(now, answered.Call));
        CallerSaw.Enqueue(happened);
    }

    private void OnCallee(SipEvent happened, Action<SipEvent>? hook)
    {
        if (happened is SipEvent.IncomingInvite incoming)
        {
            Callee.Post((core, now) =>
            {
                core.Ring(now, incoming.Call);
                core.Accept(now, incoming.Call, Answer);
            });
        }
        CalleeSaw.Enqueue(happened);
        hook?.Invoke(happened);
    }
}
