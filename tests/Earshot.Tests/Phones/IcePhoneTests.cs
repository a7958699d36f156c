// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Earshot.Media;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Tests.Phones;

/// <summary>Phones that find each other by ICE on this machine, and those that have none.</summary>
public sealed class IcePhoneTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-ice-").FullName;

    [Theory]
    [InlineData(MediaSecurityMethod.Dtls)]
    [InlineData(MediaSecurityMethod.Sdes)]
    [InlineData(MediaSecurityMethod.None)]
    public async Task TwoPhonesFindEachOtherAndAreHeard(MediaSecurityMethod security)
    {
        await using var callee = await StartAsync("bob", security);
        var taken = Taking(callee);
        await using var caller = await StartAsync("alice", security);
        var heard = new TaskCompletionSource();
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { OnEvent = step => { if (step is CallHeard) heard.TrySetResult(); } }).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        await heard.Task.WaitAsync(Limit);
        Assert.Equal(("host", "host"), (call.Session!.Ice, answered.Session!.Ice));
        Assert.Equal(call.Session.Local, answered.Session.Remote);
        await Until(() => answered.GetStatistics()!.PacketsReceived > 5 && call.GetStatistics()!.PacketsReceived > 5);
        Assert.Equal((0, 0), (call.GetStatistics()!.StrangerPackets, answered.GetStatistics()!.SecurityRefusals));
    }

    [Fact]
    public async Task TwoPhonesFindEachOtherByIPv6()
    {
        var here = new IPEndPoint(IPAddress.IPv6Loopback, 0);
        SkipUnlessBound(here);
        await using var callee = await Phone.StartAsync(Options("bob", MediaSecurityMethod.Dtls) with { Listen = here });
        var taken = Taking(callee);
        await using var caller = await Phone.StartAsync(Options("alice", MediaSecurityMethod.Dtls) with { Listen = here });
        var call = await caller.CallAsync(callee.ListenUri).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        Assert.StartsWith("[::1]:", call.Session!.Local, StringComparison.Ordinal);
        Assert.Equal(("host", "host", call.Session.Local), (call.Session.Ice, answered.Session!.Ice, answered.Session.Remote));
        await Until(() => answered.GetStatistics()!.PacketsReceived > 5 && call.GetStatistics()!.PacketsReceived > 5);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task WhereOneSideHasNoIceMediaIsPlainAndHeard(bool callerHasIce, bool calleeHasIce)
    {
        await using var callee = await Phone.StartAsync(Options("bob", MediaSecurityMethod.Dtls) with { Ice = calleeHasIce });
        var taken = Taking(callee);
        await using var caller = await Phone.StartAsync(Options("alice", MediaSecurityMethod.Dtls) with { Ice = callerHasIce });
        var call = await caller.CallAsync(callee.ListenUri).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        Assert.Equal(("off", "off"), (call.Session!.Ice, answered.Session!.Ice));
        await Until(() => answered.GetStatistics()!.PacketsReceived > 5 && call.GetStatistics()!.PacketsReceived > 5);
    }

    [Fact]
    public async Task HoldAndResumeKeepTheWayThatWasFound()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        _ = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var changed = 0;
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { OnEvent = step => { if (step is CallChanged) Interlocked.Increment(ref changed); } }).WaitAsync(Limit);
        var way = (call.Session!.Local, call.Session.Remote);
        call.Hold();
        await Until(() => call.Session!.OnHold);
        call.Resume();
        await Until(() => changed == 2);
        Assert.Equal(("host", way), (call.Session!.Ice, (call.Session.Local, call.Session.Remote)));
        var before = call.GetStatistics()!.PacketsReceived;
        await Until(() => call.GetStatistics()!.PacketsReceived > before + 5);
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task ARestartFindsTheWayAnewAndTheCallGoesOn()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Sdes);
        _ = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Sdes);
        var changed = 0;
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { OnEvent = step => { if (step is CallChanged) Interlocked.Increment(ref changed); } }).WaitAsync(Limit);
        Assert.True(call.Media!.RestartIce());
        call.Resume();
        call.Hold();
        await Until(() => changed >= 1);
        call.Resume();
        await Until(() => changed >= 2);
        var before = call.GetStatistics()!.PacketsReceived;
        await Until(() => call.GetStatistics()!.PacketsReceived > before + 20);
        Assert.Equal("host", call.Session!.Ice);
    }

    [Fact]
    public async Task WhereBothDoubtTheWayTheCallerRestartsAndNoOffersCross()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        var taken = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var messages = new ConcurrentQueue<string>();
        callee.SipMessage += (_, _, text) => messages.Enqueue(text);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        var changes = 0;
        answered.Subscribe(step =>
        {
            if (step is CallChanged) Interlocked.Increment(ref changes);
        });
        string? before = answered.Media!.Session!.IceGeneration;
        callee.Post(now => answered.OnMedia(new(MediaEventKind.PathDoubtful, now), now));
        caller.Post(now => call.OnMedia(new(MediaEventKind.PathDoubtful, now), now));
        await Until(() => Volatile.Read(ref changes) > 0);
        Assert.NotEqual(before, answered.Media.Session.IceGeneration);
        Assert.DoesNotContain(messages, m => m.StartsWith("SIP/2.0 491", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhereTheCallerDoesNothingTheCalleeRestarts()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        var taken = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var changed = new TaskCompletionSource();
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true, OnEvent = step => { if (step is CallChanged) changed.TrySetResult(); } }).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        string? before = answered.Media!.Session!.IceGeneration;
        callee.Post(now => answered.OnMedia(new(MediaEventKind.PathDoubtful, now), now));
        await changed.Task.WaitAsync(Limit);
        await Until(() => answered.Media.Session.IceGeneration != before);
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task AServerThatIsNotThereCostsHalfASecondAndNoMore()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        _ = Taking(callee);
        await using var caller = await Phone.StartAsync(Options("alice", MediaSecurityMethod.Dtls) with { StunServer = "127.0.0.1:9", TurnServers = ["turn:a:b@127.0.0.1:9"] });
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        Assert.Equal("host", call.Session!.Ice);
    }

    [Fact]
    public async Task AnAnswerWaitsForNoServerAndWhatThatSaysFollowsByInfo()
    {
        using var server = new SlowStunServer();
        await using var callee = await Phone.StartAsync(Options("bob", MediaSecurityMethod.Dtls) with { StunServer = server.Uri });
        var taken = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var infos = Channel.CreateUnbounded<string>();
        var answers = Channel.CreateUnbounded<string>();
        caller.SipMessage += (sent, _, text) =>
        {
            if (!sent && text.StartsWith("INFO ", StringComparison.Ordinal)) infos.Writer.TryWrite(text);
            if (!sent && text.StartsWith("SIP/2.0 200", StringComparison.Ordinal)) answers.Writer.TryWrite(text);
        };
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        var answer = await answers.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        Assert.DoesNotContain("end-of-candidates", answer, StringComparison.Ordinal); // the server has not been heard, and will not be before it is let go
        Assert.Equal("host", call.Session!.Ice);
        Assert.False(infos.Reader.TryRead(out _));

        server.LetGo();
        var info = await infos.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        while (!info.Contains("end-of-candidates", StringComparison.Ordinal)) info = await infos.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        Assert.Contains("typ srflx", info, StringComparison.Ordinal);
        Assert.False((await taken).Ended.IsCompleted);
    }

    [Fact]
    public async Task ASecondOfferHasWhatTheServersSayAsTheFirstHad()
    {
        using var server = new SlowStunServer();
        server.LetGo();
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Sdes);
        _ = Taking(callee);
        await using var caller = await Phone.StartAsync(Options("alice", MediaSecurityMethod.Dtls) with
        {
            Security = [MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes],
            StunServer = server.Uri,
            GatheringLimit = Limit, // a busy machine may take its time
        });
        var invites = new ConcurrentQueue<string>();
        caller.SipMessage += (sent, _, text) =>
        {
            if (sent && text.StartsWith("INVITE", StringComparison.Ordinal)) invites.Enqueue(text);
        };
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        Assert.Equal("sdes", call.Session!.KeyExchange);
        Assert.Contains("RTP/SAVP", invites.Last(), StringComparison.Ordinal);
        Assert.All(invites, invite => Assert.Contains("typ srflx", invite, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhoHangsUpWhileServersAreAskedHasEnded()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        await using var caller = await Phone.StartAsync(Options("alice", MediaSecurityMethod.Dtls) with { StunServer = "127.0.0.1:9" });
        var call = await caller.PlaceCallAsync(callee.ListenUri, new CallOptions { Echo = true });
        call.HangUp();
        Assert.Equal(CallEndReason.Cancelled, (await call.Ended.WaitAsync(Limit)).End.Reason);
    }

    [Theory]
    [InlineData("stun", "turn:127.0.0.1", null)]
    [InlineData("turn", null, "turn:127.0.0.1")]
    [InlineData("turn", null, "turn:alice:hidden@[::")]
    public async Task AServerThatCannotBeReadIsRefusedAtTheStartWithoutItsPassword(string kind, string? stun, string? turn)
    {
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => Phone.StartAsync(
            Options("alice", MediaSecurityMethod.Dtls) with { StunServer = stun, TurnServers = turn is null ? [] : [turn] }));
        Assert.Contains(kind, wrong.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hidden", wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Answers nobody before it is let go, and sees everybody from an address of its own mind.
    private sealed class SlowStunServer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowStunServer()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = ServeAsync();
        }

        public string Uri => _socket.LocalEndPoint!.ToString()!;

        public void LetGo() => _letGo.TrySetResult();

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync()
        {
            byte[] request = new byte[1500], answer = new byte[1500];
            await _letGo.Task;
            try
            {
                while (true)
                {
                    var got = await _socket.ReceiveFromAsync(request, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                    if (StunResponder.TryRespond(request.AsSpan(0, got.ReceivedBytes), TransportAddress.From(IPEndPoint.Parse("127.0.0.77:5004")), answer, out int length))
                        await _socket.SendToAsync(answer.AsMemory(0, length), got.RemoteEndPoint);
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    private static void SkipUnlessBound(IPEndPoint at)
    {
        try
        {
            using var probe = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(at);
        }
        catch (SocketException)
        {
            Assert.Skip($"this machine has no {at.Address}");
        }
    }

    private static Task<Call> Taking(Phone phone)
    {
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.IncomingCall += incoming => taken.TrySetResult(incoming.Accept(new CallOptions { Echo = true }));
        return taken.Task;
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(10);
        Assert.True(holds());
    }

    private Task<Phone> StartAsync(string who, MediaSecurityMethod security) => Phone.StartAsync(Options(who, security));

    private PhoneOptions Options(string who, MediaSecurityMethod security) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        Security = [security],
        IdentityFile = Path.Combine(_folder, who + ".pem"),
    };
}
