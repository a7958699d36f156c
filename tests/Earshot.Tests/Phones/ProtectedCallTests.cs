// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Signaling.Tests.Transport;

namespace Earshot.Tests.Phones;

/// <summary>Calls whose signalling travels by TLS and WebSocket.</summary>
public sealed class ProtectedCallTests
{
    [Theory]
    [InlineData("Tls", true)]
    [InlineData("Wss", true)]
    [InlineData("Ws", false)]
    [InlineData("Tcp", false)]
    public async Task ACallSaysWhetherItsSignallingIsProtected(string over, bool isProtected)
    {
        using var authority = new PaperAuthority();
        var transport = Enum.Parse<SipTransportChoice>(over);
        await using var callee = await StartAsync(transport, authority, "localhost");
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.IncomingCall += call => taken.TrySetResult(call.Accept(new CallOptions { Echo = true }));
        await using var caller = await StartAsync(SipTransportChoice.Udp, authority, null);
        var call = await caller.CallAsync(Named(callee), new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20));
        var answered = await taken.Task;
        await answered.Connected.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.All([call.Session!, answered.Session!], s => Assert.Equal(isProtected, s.SignallingProtected));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        answered.Subscribe(step =>
        {
            if (step is CallChanged) held.TrySetResult();
        });
        call.Hold(); // a new offer goes the way of the first
        await held.Task.WaitAsync(TimeSpan.FromSeconds(20));
        answered.HangUp(); // and so does a BYE from the other end
        Assert.Equal(CallEndReason.RemoteHungUp, (await call.Ended.WaitAsync(TimeSpan.FromSeconds(20))).End.Reason);
    }

    [Fact]
    public async Task AServerThatIsNotWhoWasCalledHearsNoInvite()
    {
        using var authority = new PaperAuthority();
        await using var callee = await StartAsync(SipTransportChoice.Tls, authority, "other.example");
        var rang = false;
        callee.IncomingCall += _ => rang = true;
        await using var caller = await StartAsync(SipTransportChoice.Udp, authority, null);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(Named(callee), new CallOptions { Echo = true }));
        Assert.Equal(CallEndReason.NotTrusted, wrong.End.Reason);
        Assert.Contains("not for localhost but for other.example", wrong.End.Message, StringComparison.Ordinal);
        Assert.False(rang);
    }

    [Fact]
    public async Task WhoCallsTlsInClearHearsNothing()
    {
        using var authority = new PaperAuthority();
        await using var callee = await StartAsync(SipTransportChoice.Tls, authority, "localhost");
        await using var caller = await StartAsync(SipTransportChoice.Udp, authority, null);
        var clear = Named(callee).Replace("transport=tls", "transport=tcp", StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(clear, new CallOptions { Echo = true }));
        Assert.Equal(CallEndReason.NetworkError, wrong.End.Reason);
    }

    private static string Named(Phone callee) => callee.ListenUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    private static Task<Phone> StartAsync(SipTransportChoice transport, PaperAuthority authority, string? name) => Phone.StartAsync(new PhoneOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Transport = transport,
        TlsCertificate = name is null ? null : authority.Showing([name]).Certificate,
        TlsRoots = authority.Trusting.Roots,
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
    });
}
