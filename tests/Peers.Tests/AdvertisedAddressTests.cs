// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Earshot.Protocol;
using Earshot.Protocol.Sip;
using Earshot.Signaling;
using Earshot.Signaling.Transport;

namespace Earshot.Peers.Tests;

/// <summary>Between two hosts, each listening on 0.0.0.0:0: what is advertised is what the other can answer to.</summary>
public class AdvertisedAddressTests
{
    [Theory]
    [InlineData("")]
    [InlineData(";transport=tcp")]
    public async Task AWildcardAdvertisesTheAddressThatTheKernelRoutesToThePeer(string parameter)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip();
        var callerTap = new TextTap();
        var calleeTap = new TextTap();
        SignalingAgent callee = null!;
        ConcurrentQueue<SipEvent> callerSaw = new(), calleeSaw = new();
        callee = Start(hosts, 2, calleeTap, e =>
        {
            if (e is SipEvent.IncomingInvite incoming) callee.Post((core, now) => core.Accept(now, incoming.Call, "v=0\r\n"u8.ToArray()));
            calleeSaw.Enqueue(e);
        });
        SignalingAgent caller = null!;
        caller = Start(hosts, 1, callerTap, e =>
        {
            if (e is SipEvent.InviteAnswered answered) caller.Post((core, now) => core.Ack(now, answered.Call));
            callerSaw.Enqueue(e);
        });
        await using var first = caller;
        await using var second = callee;

        var target = $"sip:bob@{NetworkNamespaces.AddressOf(2)}:{callee.ListenEndPoint.Port}{parameter}";
        var flow = Assert.Single(await caller.ResolveAsync(target));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(NetworkNamespaces.AddressOf(1)), caller.ListenEndPoint.Port), flow.Local);
        await caller.PostAsync((core, now) => core.Invite(now, new SipInvite { Target = target, Sdp = "v=0\r\n"u8.ToArray() }));
        await UntilAsync(() => calleeSaw.Any(e => e is SipEvent.AckReceived));

        // The callee hangs up: its BYE goes to the Contact that the caller advertised.
        var call = calleeSaw.OfType<SipEvent.IncomingInvite>().Single().Call;
        callee.Post((core, now) => core.Bye(now, call));
        await UntilAsync(() => callerSaw.Any(e => e is SipEvent.ByeReceived) && calleeSaw.Any(e => e is SipEvent.ByeCompleted { Status: 200 }));
        AssertAdvertises(callerTap, "INVITE ", NetworkNamespaces.AddressOf(1));
        AssertAdvertises(calleeTap, "SIP/2.0 200", NetworkNamespaces.AddressOf(2));
    }

    private static void AssertAdvertises(TextTap tap, string start, string address)
    {
        var message = tap.Sent.First(t => t.StartsWith(start, StringComparison.Ordinal));
        Assert.Contains(message.Split("\r\n"), l => l.StartsWith("Contact:", StringComparison.Ordinal) && l.Contains(address, StringComparison.Ordinal));
        Assert.All(tap.Sent, t => Assert.False(t.Contains("0.0.0.0", StringComparison.Ordinal) || t.Contains("127.0.0.1", StringComparison.Ordinal), t));
        if (start == "INVITE ") Assert.Contains(message.Split("\r\n"), l => l.StartsWith("Via:", StringComparison.Ordinal) && l.Contains(address, StringComparison.Ordinal));
    }

    private static SignalingAgent Start(NetworkNamespaces hosts, int host, ISignalingTap tap, Action<SipEvent> onEvent) =>
        hosts.Run(host, () => SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Any, 0), Tap = tap }, (_, e) => onEvent(e)).Result);

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 2000 && !holds(); i++) await Task.Delay(5);
        Assert.True(holds(), "nothing happened in 10 s");
    }

    private sealed class TextTap : ISignalingTap
    {
        public ConcurrentQueue<string> Sent { get; } = new();

        void ISignalingTap.Sent(Instant now, SipFlow flow, ReadOnlySpan<byte> message) => Sent.Enqueue(Encoding.UTF8.GetString(message));

        void ISignalingTap.Received(Instant now, SipFlow flow, ReadOnlySpan<byte> message)
        {
        }
    }
}
