// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests;

public class SignalingAgentTests
{
    [Theory]
    [InlineData("127.0.0.1", "", nameof(SipTransport.Udp))]
    [InlineData("127.0.0.1", ";transport=tcp", nameof(SipTransport.Tcp))]
    [InlineData("::1", "", nameof(SipTransport.Udp))]
    [InlineData("::1", ";transport=tcp", nameof(SipTransport.Tcp))]
    public async Task ACallIsMadeAnsweredAndEnded(string address, string parameter, string transport)
    {
        await using var pair = await AgentPair.StartAsync(address, parameter);
        var call = await pair.InviteAsync();
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.AckReceived>() == 1);
        var answered = pair.CallerSaw.OfType<SipEvent.InviteAnswered>().Single();
        Assert.Same(call, answered.Call);
        Assert.Equal(AgentPair.Answer, answered.Sdp.ToArray());
        Assert.Equal(AgentPair.Offer, pair.CalleeSaw.OfType<SipEvent.IncomingInvite>().Single().Sdp.ToArray());
        Assert.Equal(transport, call.Flow!.Transport.ToString());

        pair.Caller.Post((core, now) => core.Bye(now, call));
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.CallTerminated>() == 1 && pair.CountCaller<SipEvent.CallTerminated>() == 1);
        Assert.Equal(200, pair.CallerSaw.OfType<SipEvent.ByeCompleted>().Single().Status);
        Assert.Empty(pair.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";transport=tcp")]
    public async Task TwentyCallsAtOnce(string parameter)
    {
        await using var pair = await AgentPair.StartAsync(transport: parameter);
        var flows = await pair.Caller.ResolveAsync(pair.CalleeUri);
        var calls = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pair.InviteAsync(flows)));
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.AckReceived>() == 20);
        foreach (var call in calls) pair.Caller.Post((core, now) => core.Bye(now, call));
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.CallTerminated>() == 20 && pair.CountCaller<SipEvent.CallTerminated>() == 20);
        Assert.Empty(pair.Errors);
    }

    [Fact]
    public async Task ACallToAPortThatNobodyHasFailsAtOnce()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux says which datagram was refused");
        await using var pair = await AgentPair.StartAsync();
        var nobody = $"sip:{System.Net.IPAddress.Loopback}:{Transport.UdpTransportTests.FreePort()}";
        await pair.Caller.PostAsync((core, now) => core.Invite(now, new SipInvite { Target = nobody, Sdp = AgentPair.Offer }));
        await AgentPair.UntilAsync(() => pair.CountCaller<SipEvent.CallTerminated>() == 1);
        var failed = pair.CallerSaw.OfType<SipEvent.InviteFailed>().Single();
        Assert.Equal((InviteFailure.Transport, 503), (failed.Cause, failed.Status));
    }

    [Fact]
    public async Task StrangersDoNotDisturbARunningCall()
    {
        await using var pair = await AgentPair.StartAsync(transport: ";transport=tcp");
        var call = await pair.InviteAsync();
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.AckReceived>() == 1);

        var random = new Random(3261);
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(0, 1400)];
            random.NextBytes(bytes);
            if (i % 2 == 0) "INVITE sip:a@b SIP/2.0\r\n"u8[..Math.Min(24, bytes.Length)].CopyTo(bytes);
            udp.Send(bytes, pair.Callee.ListenEndPoint);
        }
        foreach (var text in new[] { "garbage\r\n\r\n", "INVITE " + new string('x', 70_000), "INVITE sip:a@b SIP/2.0\r\nContent-Length: 5\r\n\r\nhalf" })
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            client.Connect(pair.Callee.ListenEndPoint);
            client.Client.Send(Encoding.ASCII.GetBytes(text));
        }

        pair.Caller.Post((core, now) => core.Bye(now, call));
        await AgentPair.UntilAsync(() => pair.CountCaller<SipEvent.CallTerminated>() == 1);
        Assert.Equal(200, pair.CallerSaw.OfType<SipEvent.ByeCompleted>().Single().Status);
        Assert.Empty(pair.Errors);
    }

    [Fact]
    public async Task AHandlerThatThrowsIsReportedAndTheLoopGoesOn()
    {
        await using var pair = await AgentPair.StartAsync(calleeHook: _ => throw new InvalidOperationException("handler"));
        pair.Caller.Post((_, _) => throw new InvalidOperationException("posted"));
        await pair.InviteAsync();
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.AckReceived>() == 1);
        Assert.Contains(pair.Errors, e => e.Message == "handler");
        Assert.Contains(pair.Errors, e => e.Message == "posted");
    }

    [Fact]
    public async Task ClosingWaitsForTheAnswerToOurBye()
    {
        await using var pair = await AgentPair.StartAsync();
        var call = await pair.InviteAsync();
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.AckReceived>() == 1);
        pair.Caller.Post((core, now) => core.Bye(now, call));
        await pair.Caller.DisposeAsync();
        Assert.Equal(1, pair.CountCaller<SipEvent.ByeCompleted>());
        await AgentPair.UntilAsync(() => pair.CountCallee<SipEvent.ByeReceived>() == 1);
    }

    [Fact]
    public async Task AClosedAgentAnswersNobodyForEver()
    {
        var pair = await AgentPair.StartAsync();
        await Assert.ThrowsAsync<FormatException>(() => pair.Caller.PostAsync<int>((_, _) => throw new FormatException()));
        await pair.DisposeAsync();
        await pair.Caller.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Caller.ResolveAsync("sip:bob@127.0.0.1"));
    }

    [Fact]
    public async Task NobodyThereIsAFailureNotAHang()
    {
        await using var pair = await AgentPair.StartAsync(transport: ";transport=tcp");
        var target = pair.CalleeUri;
        await pair.Callee.DisposeAsync();
        await pair.Caller.PostAsync((core, now) => core.Invite(now, new SipInvite { Target = target, Sdp = AgentPair.Offer }));
        await AgentPair.UntilAsync(() => pair.CountCaller<SipEvent.InviteFailed>() == 1);
        Assert.Equal(InviteFailure.Transport, pair.CallerSaw.OfType<SipEvent.InviteFailed>().Single().Cause);
    }

    [Fact]
    public async Task AFlowTellsTheAddressBeforeTheOfferIsWritten()
    {
        await using var agent = await SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Any, 0) }, (_, _) => { });
        var flows = await agent.ResolveAsync("sip:bob@127.0.0.1:5099", preferReliable: true);
        Assert.Equal([SipTransport.Tcp, SipTransport.Udp], flows.Select(f => f.Transport));
        Assert.All(flows, f => Assert.Equal(new IPEndPoint(IPAddress.Loopback, agent.ListenEndPoint.Port), f.Local));
        Assert.DoesNotContain("0.0.0.0", agent.ListenUri, StringComparison.Ordinal);
        Assert.Empty(await agent.ResolveAsync("sip:bob@nowhere.invalid"));
    }

    [Fact]
    public async Task ATakenPortIsOneTypedException()
    {
        await using var agent = await SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, (_, _) => { });
        var error = await Assert.ThrowsAsync<SignalingTransportException>(() => SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = agent.ListenEndPoint }, (_, _) => { }));
        Assert.Contains("taken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTapSeesBothWays()
    {
        var tap = new CountingTap();
        await using var agent = await SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Tap = tap }, (_, _) => { });
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var own = (IPEndPoint)client.Client.LocalEndPoint!;
        client.Send(Encoding.ASCII.GetBytes(
            $"OPTIONS {agent.ListenUri} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"
            + $"To: <{agent.ListenUri}>\r\nCall-ID: tap\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"), agent.ListenEndPoint);
        IPEndPoint? sender = null;
        Assert.StartsWith("SIP/2.0 200", Encoding.ASCII.GetString(client.Receive(ref sender)), StringComparison.Ordinal);
        Assert.Equal((1, 1), (tap.Received, tap.Sent));
    }

    [Fact]
    public async Task EachMessageIsStampedAsItPasses()
    {
        var tap = new CountingTap();
        await using var agent = await SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Tap = tap }, (_, _) => { });
        var flows = await agent.ResolveAsync(agent.ListenUri);
        var turn = await agent.PostAsync((core, now) =>
        {
            core.SendOptions(now, agent.ListenUri, flows);
            core.SendOptions(now, agent.ListenUri, flows);
            Thread.Sleep(20); // a turn that takes its time, as the first call of a process does
            return now;
        });
        await AgentPair.UntilAsync(() => tap.Stamps.Count >= 8); // two requests and two responses, each out and in
        var sent = tap.Stamps.Where(s => s.Sent).Select(s => s.At).ToArray();
        Assert.True(sent[0] - turn >= TimeSpan.FromMilliseconds(20), $"{sent[0] - turn} after the turn began");
        Assert.True(sent[1] > sent[0]);
    }

    private sealed class CountingTap : ISignalingTap
    {
        public ConcurrentQueue<(bool Sent, Earshot.Protocol.Instant At)> Stamps { get; } = new();

        public int Sent => Stamps.Count(s => s.Sent);

        public int Received => Stamps.Count(s => !s.Sent);

        void ISignalingTap.Sent(Earshot.Protocol.Instant at, SipFlow flow, ReadOnlySpan<byte> message) => Stamps.Enqueue((true, at));

        void ISignalingTap.Received(Earshot.Protocol.Instant at, SipFlow flow, ReadOnlySpan<byte> message) => Stamps.Enqueue((false, at));
    }
}
