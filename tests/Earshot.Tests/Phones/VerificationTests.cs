// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Tests.Phones;

/// <summary>Two people compare what their phones saw, and what comes of it in later calls.</summary>
public sealed class VerificationTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task BothSidesReadTheSameAndNobodyIsVerifiedYet()
    {
        await using var bob = await StartAsync("bob");
        var taken = Taking(bob);
        await using var alice = await StartAsync("alice");
        await using var call = await CallAsync(alice, bob);
        var (here, there) = (await VerificationOf(call), await VerificationOf(await taken));
        Assert.Equal((here.Words, here.Digits), (there.Words, there.Digits));
        Assert.Equal(16, here.Words.Split(' ').Length);
        Assert.False(here.IsConfirmed || there.IsConfirmed);
        Assert.Contains("unverified", call.Session!.SecurityText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoWasConfirmedIsVerifiedNowAndInTheNextCallOfAnotherRun()
    {
        await using var bob = await StartAsync("bob");
        _ = Taking(bob);
        await using (var alice = await StartAsync("alice"))
        {
            await using var call = await CallAsync(alice, bob);
            await VerificationOf(call);
            await call.ConfirmPeerAsync();
            await Until(() => call.Verification!.IsConfirmed);
            Assert.Contains("; verified", call.Session!.SecurityText, StringComparison.Ordinal);
        }

        await using var again = await StartAsync("alice");
        var steps = new List<CallEvent>();
        await using var next = await CallAsync(again, bob, steps);
        Assert.True((await VerificationOf(next)).IsConfirmed);
        Assert.True(Assert.Single(steps.OfType<CallConnected>()).Session.PeerConfirmed);
    }

    [Fact]
    public async Task AnotherCertificateOfWhoWasConfirmedRefusesTheCallWhoeverCalls()
    {
        IPEndPoint address;
        await using var alice = await StartAsync("alice");
        await using (var bob = await StartAsync("bob"))
        {
            _ = Taking(bob);
            address = IPEndPoint.Parse(bob.ListenUri[(bob.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            await using var call = await CallAsync(alice, bob);
            await VerificationOf(call);
            await call.ConfirmPeerAsync();
        }

        await using var another = await Phone.StartAsync(Options("bob") with { Listen = address, IdentityFile = Path.Combine(_folder, "another.pem") });
        var rang = Taking(another);
        var refused = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(alice, another));
        Assert.Equal(CallEndReason.NotTrusted, refused.End.Reason);
        Assert.Contains("another certificate than the one you confirmed: somebody is between you, or it is another phone", refused.End.Message, StringComparison.Ordinal);
        Assert.Contains("earshot verify CONTACT --forget", refused.End.Hint, StringComparison.Ordinal);
        Assert.Equal(0, (await (await rang).Ended.WaitAsync(Limit)).Statistics?.PacketsSent ?? 0);

        // And who calls under that name.
        var taken = Taking(alice);
        var told = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(another, alice));
        Assert.Equal(CallEndReason.NotEncrypted, told.End.Reason); // by an alert, or by our BYE
        Assert.Equal(CallEndReason.NotTrusted, (await (await taken).Ended.WaitAsync(Limit)).End.Reason);

        // Whoever knows that the phone is a new one says so, and calls as the first time.
        Assert.True(KnownPeers.Open(Path.Combine(_folder, "alice.pem")).Forget(another.ListenUri));
        await using var anew = await CallAsync(alice, another);
        Assert.False((await VerificationOf(anew)).IsConfirmed);
    }

    [Fact]
    public async Task AConfirmedCallerIsRecognisedAtAnyPortAndAnotherOneThereIsNotTakenForIt()
    {
        await using var alice = await StartAsync("alice");
        string first;
        await using (var bob = await StartAsync("bob"))
        {
            var taken = Taking(alice);
            await using var placed = await CallAsync(bob, alice);
            var call = await taken;
            first = call.RemoteUri;
            await VerificationOf(call);
            await call.ConfirmPeerAsync();
            await placed.DisposeAsync();
        }

        await using var later = await StartAsync("bob"); // at another port: the system gives none anew so soon
        var (again, rings) = (await CallOf(alice, later), new System.Collections.Concurrent.ConcurrentQueue<CallEvent>());
        again.Subscribe(rings.Enqueue);
        Assert.NotEqual(first, again.RemoteUri);
        var seen = await VerificationOf(again);
        Assert.True(seen.IsConfirmed);
        Assert.Equal(first, seen.ConfirmedAs);
        Assert.True(again.Session!.PeerConfirmed);
        Assert.DoesNotContain(rings, step => step is CallNotice);
        Assert.Equal(first, Assert.Single(KnownPeers.Open(Path.Combine(_folder, "alice.pem")).List()).Address);

        await using var other = await Phone.StartAsync(Options("bob") with { IdentityFile = Path.Combine(_folder, "other.pem") });
        var stranger = await CallOf(alice, other);
        var steps = new System.Collections.Concurrent.ConcurrentQueue<CallEvent>();
        stranger.Subscribe(steps.Enqueue);
        Assert.False((await VerificationOf(stranger)).IsConfirmed);
        Assert.Contains(first, Assert.Single(steps.OfType<CallNotice>(), notice => notice.Code == "another-certificate").Message, StringComparison.Ordinal);

        static async Task<Call> CallOf(Phone callee, Phone caller)
        {
            var taken = Taking(callee);
            _ = CallAsync(caller, callee);
            var call = await taken;
            await call.Connected.WaitAsync(Limit);
            return call;
        }
    }

    [Theory]
    [InlineData(MediaSecurityMethod.None)]
    [InlineData(MediaSecurityMethod.Sdes)]
    public async Task WhoWasConfirmedIsNeitherCalledNorAnsweredByAPhoneThatNamesOnlyLess(MediaSecurityMethod less)
    {
        IPEndPoint address;
        await using (var alice = await StartAsync("alice"))
        {
            await using var bob = await StartAsync("bob");
            _ = Taking(bob);
            address = IPEndPoint.Parse(bob.ListenUri[(bob.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            await using var call = await CallAsync(alice, bob);
            await VerificationOf(call);
            await call.ConfirmPeerAsync();
        }

        await using var weakBob = await Phone.StartAsync(Options("bob") with { Listen = address, Security = [less], IdentityFile = Path.Combine(_folder, "other.pem") });
        await using var weakAlice = await Phone.StartAsync(Options("alice") with { Security = [less] });
        var rang = Taking(weakBob);
        var refused = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(weakAlice, weakBob));
        Assert.Equal(CallEndReason.NotTrusted, refused.End.Reason);
        Assert.Contains("--security name dtls", refused.End.Hint, StringComparison.Ordinal);
        Assert.False(rang.IsCompleted);

        var notice = new TaskCompletionSource<PhoneNotice>();
        weakAlice.Notice += notice.SetResult;
        _ = Taking(weakAlice);
        await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(weakBob, weakAlice));
        Assert.Equal("call-refused", (await notice.Task.WaitAsync(Limit)).Code);
    }

    [Fact]
    public async Task AnUnconfirmedContactMayHaveAnotherCertificateAndStaysUnverified()
    {
        await using var alice = await StartAsync("alice");
        IPEndPoint address;
        await using (var bob = await StartAsync("bob"))
        {
            _ = Taking(bob);
            address = IPEndPoint.Parse(bob.ListenUri[(bob.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            await using var call = await CallAsync(alice, bob);
        }

        await using var another = await Phone.StartAsync(Options("bob") with { Listen = address, IdentityFile = Path.Combine(_folder, "another.pem") });
        _ = Taking(another);
        await using var next = await CallAsync(alice, another);
        Assert.False((await VerificationOf(next)).IsConfirmed);
    }

    [Fact]
    public async Task WhoWasReachedByDtlsInAnEarlierRunNeverFallsBackNeitherPlacingNorAnswering()
    {
        string uri;
        IPEndPoint address;
        await using (var bob = await StartAsync("bob"))
        {
            _ = Taking(bob);
            uri = bob.ListenUri;
            address = IPEndPoint.Parse(uri[(uri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            await using var alice = await StartAsync("alice");
            await using var call = await CallAsync(alice, bob);
        }

        var lenient = Options("alice") with { Security = [MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes, MediaSecurityMethod.None] };
        await using var again = await Phone.StartAsync(lenient);
        _ = Taking(again);
        foreach (var less in new[] { MediaSecurityMethod.Sdes, MediaSecurityMethod.None })
        {
            await using var impostor = await Phone.StartAsync(Options("bob") with { Listen = address, Security = [less] });
            _ = Taking(impostor);
            var placed = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(again, impostor));
            Assert.Equal(CallEndReason.NotEncrypted, placed.End.Reason);
            Assert.Contains("nothing less is tried", placed.End.Hint, StringComparison.Ordinal);
            await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(impostor, again));
        }
    }

    [Fact]
    public async Task AnotherCertificateInMidCallIsSaidAndTheStringIsAnotherOne()
    {
        await using var bob = await StartAsync("bob");
        _ = Taking(bob);
        await using var alice = await StartAsync("alice");
        var steps = new List<CallEvent>();
        await using var call = await CallAsync(alice, bob, steps);
        var before = await VerificationOf(call);
        var (shown, text) = (Fingerprint.Of([1]), AuthenticationString.From(new byte[16]));
        alice.Post(_ =>
        {
            call.NotePeer(shown, confirmedAs: null);
            call.TellVerification(before.Text, before.Certificate); // computed for the one before: too late
            call.TellVerification(text, shown);
            call.NoteConfirmed(before); // so is this
        });
        await Until(() => call.Verification!.Fingerprint == shown.ToString());
        lock (steps)
        {
            Assert.Equal("certificate-changed", Assert.Single(steps.OfType<CallNotice>()).Code);
            Assert.Equal([before.Words, text.ToString()], steps.OfType<CallVerification>().Select(step => step.Peer.Words));
        }

        Assert.False(call.Verification!.IsConfirmed);
    }

    [Fact]
    public async Task WithoutKeysByDtlsThereIsNothingToConfirm()
    {
        await using var bob = await Phone.StartAsync(Options("bob") with { Security = [MediaSecurityMethod.Sdes] });
        _ = Taking(bob);
        await using var alice = await Phone.StartAsync(Options("alice") with { Security = [MediaSecurityMethod.Sdes] });
        await using var call = await CallAsync(alice, bob);
        Assert.Null(call.Verification);
        Assert.Throws<InvalidOperationException>(() => { _ = call.ConfirmPeerAsync(); });
        Assert.False(File.Exists(Path.Combine(_folder, "alice.peers")));
    }

    private static async Task<PeerVerification> VerificationOf(Call call)
    {
        await Until(() => call.Verification is not null);
        return call.Verification!;
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(10);
        Assert.True(holds());
    }

    private static Task<Call> Taking(Phone phone)
    {
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.IncomingCall += call => taken.TrySetResult(call.Accept(new CallOptions { Echo = true }));
        return taken.Task.WaitAsync(Limit);
    }

    private static Task<Call> CallAsync(Phone caller, Phone callee, List<CallEvent>? steps = null) =>
        caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true, OnEvent = step => { if (steps is not null) lock (steps) steps.Add(step); } }).WaitAsync(Limit);

    private Task<Phone> StartAsync(string who) => Phone.StartAsync(Options(who));

    private PhoneOptions Options(string who) => new()
    {
        User = who,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        IdentityFile = Path.Combine(_folder, who + ".pem"),
    };
}
