// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Earshot.Tests.Phones;

/// <summary>Phones that agree on keys by DTLS, and what comes of calls to those that do not.</summary>
public sealed class DtlsPhoneTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-dtls-").FullName;

    [Fact]
    public async Task ACallIsConnectedWhenItsKeysAreThereAndSaysWhatToBelieve()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        var taken = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        var answered = await taken.WaitAsync(Limit);
        await answered.Connected.WaitAsync(Limit);
        foreach (var session in new[] { call.Session!, answered.Session! })
        {
            Assert.Equal(("dtls", "AEAD_AES_128_GCM", false), (session.KeyExchange, session.SrtpProfile, session.SignallingProtected));
            Assert.StartsWith("media encrypted end to end", session.SecurityText, StringComparison.Ordinal);
            Assert.Contains("unverified", session.SecurityText, StringComparison.Ordinal);
            Assert.StartsWith("sha-256 ", session.PeerFingerprint, StringComparison.Ordinal);
        }

        Assert.NotEqual(call.Session!.PeerFingerprint, answered.Session!.PeerFingerprint);
        Assert.DoesNotContain("sit in between", (call.Session with { SignallingProtected = true }).SecurityText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HoldAndResumeGoOnWithTheSameKeys()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        _ = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var changed = 0;
        var call = await caller.CallAsync(
            callee.ListenUri, new CallOptions { Echo = true, OnEvent = step => { if (step is CallChanged) Interlocked.Increment(ref changed); } }).WaitAsync(Limit);
        call.Hold();
        await Until(() => call.Session!.OnHold);
        call.Resume();
        await Until(() => changed == 2);
        Assert.Equal(("dtls", "AEAD_AES_128_GCM"), (call.Session!.KeyExchange, call.Session.SrtpProfile));
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task ATamperedFingerprintEndsTheCallOnBothSidesBeforeItIsConnected()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        var taken = Taking(callee);
        using var proxy = new Tamperer(IPEndPoint.Parse(callee.ListenUri[(callee.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]));
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(
            () => caller.CallAsync($"sip:bob@{proxy.Address}", new CallOptions { Echo = true }).WaitAsync(Limit));
        Assert.Equal(CallEndReason.NotEncrypted, wrong.End.Reason);
        var other = await (await taken.WaitAsync(Limit)).Ended.WaitAsync(Limit);
        Assert.Contains(new[] { wrong.End, other.End }, end => end.Message.Contains("another certificate", StringComparison.Ordinal));
        Assert.Equal(0, other.Statistics?.PacketsSent ?? 0);
    }

    [Fact]
    public async Task WhatIsRefusedIsFollowedByTheNextWayThatIsAllowed()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Sdes);
        _ = Taking(callee);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        Assert.Equal("sdes", call.Session!.KeyExchange);
        call.Hold();
        await Until(() => call.Session!.OnHold); // the second INVITE's events find the call
    }

    [Fact]
    public async Task WithoutAnotherWayARefusalEndsTheCall()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Sdes);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit));
        Assert.Equal(CallEndReason.NotEncrypted, wrong.End.Reason);
    }

    [Fact]
    public async Task WhoWasReachedByDtlsIsNotCalledByAnythingLess()
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls);
        _ = Taking(callee);
        var listen = IPEndPoint.Parse(callee.ListenUri[(callee.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        await using var caller = await StartAsync("alice", MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes);
        await (await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit)).DisposeAsync();
        await callee.DisposeAsync();

        await using var impostor = await Phone.StartAsync(Options("eve", MediaSecurityMethod.Sdes) with { Listen = listen });
        _ = Taking(impostor);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit));
        Assert.Equal(CallEndReason.NotEncrypted, wrong.End.Reason);
    }

    [Theory]
    [InlineData(MediaSecurityMethod.Sdes, "sdes")]
    [InlineData(MediaSecurityMethod.Dtls, "dtls")]
    [InlineData(MediaSecurityMethod.None, "none")]
    public async Task ACallThatComesIsAnsweredAsItAsks(MediaSecurityMethod asked, string agreed)
    {
        await using var callee = await StartAsync("bob", MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes, MediaSecurityMethod.None);
        _ = Taking(callee);
        await using var caller = await StartAsync("alice", asked);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(Limit);
        Assert.Equal(agreed, call.Session!.KeyExchange);
    }

    [Fact]
    public async Task AnIdentityIsKeptAndADamagedOneIsToldAndLeftAlone()
    {
        string file = Path.Combine(_folder, "alice.pem");
        await (await StartAsync("alice", MediaSecurityMethod.Dtls)).DisposeAsync();
        var first = File.ReadAllText(file);
        await (await StartAsync("alice", MediaSecurityMethod.Dtls)).DisposeAsync();
        Assert.Equal(first, File.ReadAllText(file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.WriteAllText(file, "nonsense");
        var wrong = await Assert.ThrowsAsync<PhoneException>(() => StartAsync("alice", MediaSecurityMethod.Dtls));
        Assert.Contains(file, wrong.Message, StringComparison.Ordinal);
        Assert.Equal("nonsense", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("/data", "/home/a", "/data/earshot/identity.pem")]
    [InlineData("", "/home/a", "/home/a/.local/share/earshot/identity.pem")]
    [InlineData("relative", "/home/a", "/home/a/.local/share/earshot/identity.pem")]
    [InlineData(null, null, null)]
    public void TheIdentityLivesWhereThePlatformKeepsSuchFiles(string? data, string? home, string? expected)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("the names are Linux's");
        Assert.Equal(expected, Identities.UsualFile(name => name == "HOME" ? home : name == "XDG_DATA_HOME" ? data : null));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<Call> Taking(Phone phone)
    {
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.IncomingCall += call => taken.TrySetResult(call.Accept(new CallOptions { Echo = true }));
        return taken.Task;
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(10);
        Assert.True(holds());
    }

    private Task<Phone> StartAsync(string who, params MediaSecurityMethod[] security) => Phone.StartAsync(Options(who, security));

    private PhoneOptions Options(string who, params MediaSecurityMethod[] security) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        Security = security,
        IdentityFile = Path.Combine(_folder, who + ".pem"),
    };

    // A proxy that changes what it carries: the first two digits of every fingerprint.
    private sealed class Tamperer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly IPEndPoint _callee;
        private EndPoint? _caller;

        public Tamperer(IPEndPoint callee)
        {
            _callee = callee;
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            new Thread(Carry) { IsBackground = true }.Start();
        }

        public EndPoint Address => _socket.LocalEndPoint!;

        public void Dispose() => _socket.Dispose();

        private void Carry()
        {
            var buffer = new byte[65536];
            try
            {
                while (true)
                {
                    EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                    int length = _socket.ReceiveFrom(buffer, ref from);
                    var fromCallee = from.Equals(_callee);
                    if (!fromCallee) _caller ??= from;
                    var text = Regex.Replace(Encoding.UTF8.GetString(buffer, 0, length), "(a=fingerprint:sha-256 )..", "${1}00");
                    _socket.SendTo(Encoding.UTF8.GetBytes(text), fromCallee ? _caller! : _callee);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
