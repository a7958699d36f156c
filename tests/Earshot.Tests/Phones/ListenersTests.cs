// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;

namespace Earshot.Tests.Phones;

/// <summary>Listeners that throw cost themselves and nobody else.</summary>
public sealed class ListenersTests
{
    [Fact]
    public async Task WhatWatchesTheMessagesMayThrowAndTheCallComesToPass()
    {
        var told = new ConcurrentQueue<PhoneNotice>();
        await using var callee = await StartAsync(told);
        callee.SipMessage += (_, _, _) => throw new InvalidOperationException("a logger that broke");
        callee.IncomingCall += call => call.Accept(new CallOptions { Echo = true });
        await using var caller = await StartAsync(told);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20));
        call.HangUp();
        Assert.Equal(CallEndReason.HungUp, (await call.Ended.WaitAsync(TimeSpan.FromSeconds(20))).End.Reason);
        Assert.All(told, n => Assert.Equal("listener", n.Code));
        Assert.Contains(told, n => n.Message.Contains("SIP messages", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatTakesCallsMayThrowAndTheCallRingsOn()
    {
        var told = new ConcurrentQueue<PhoneNotice>();
        await using var callee = await StartAsync(told);
        callee.Notice += _ => throw new InvalidOperationException("nobody is told this");
        callee.IncomingCall += call => throw new InvalidOperationException("no user interface");
        await using var caller = await StartAsync(told);
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = await caller.PlaceCallAsync(
            callee.ListenUri, new CallOptions { Echo = true, OnEvent = step => _ = step is CallRinging && rang.TrySetResult() });
        await rang.Task.WaitAsync(TimeSpan.FromSeconds(20));
        call.HangUp();
        Assert.Equal(CallEndReason.Cancelled, (await call.Ended.WaitAsync(TimeSpan.FromSeconds(20))).End.Reason);
        Assert.All(told, n => Assert.Equal("listener", n.Code));
        Assert.Contains(told, n => n.Message.Contains("no user interface", StringComparison.Ordinal));
    }

    private static async Task<Phone> StartAsync(ConcurrentQueue<PhoneNotice> told)
    {
        var phone = await Phone.StartAsync(new PhoneOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Microphone = "silence",
            Speaker = "null",
            Codecs = ["pcmu"],
        });
        phone.Notice += told.Enqueue;
        return phone;
    }
}
