// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;

namespace Earshot.Tests;

public sealed class PhoneClosingTests
{
    private static readonly PhoneOptions Silent = new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        WarmUp = false,
    };

    [Fact]
    public async Task ClosingTwiceWaitsForTheOneClosing()
    {
        var phone = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        var at = IPEndPoint.Parse(phone.ListenUri[(phone.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        var first = phone.DisposeAsync().AsTask();
        await phone.DisposeAsync();
        Assert.True(first.IsCompletedSuccessfully);
        using var port = new UdpClient(at); // it is free again
    }

    [Fact]
    public async Task ACallThatIsAcceptedTwiceLetsGoOfTheCardOnce()
    {
        await using var phone = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        phone.IncomingCall += call =>
        {
            call.Accept();
            taken.TrySetResult(call.Accept());
        };
        await using var caller = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        var call = await caller.CallAsync(phone.ListenUri, cancel: TestContext.Current.CancellationToken);
        var answered = await taken.Task;
        await answered.Connected.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(1, phone.Sound.Holds);

        call.HangUp();
        await answered.Ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        for (var i = 0; i < 500 && phone.Sound.Holds != 0; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(0, phone.Sound.Holds);
    }

    [Fact]
    public async Task ACallToAnUnknownHostHasEndedWhenItIsReturned()
    {
        await using var phone = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        var call = await phone.PlaceCallAsync("sip:bob@no-such-host.invalid", cancel: TestContext.Current.CancellationToken);
        Assert.True(call.Ended.IsCompleted);
        Assert.Equal(CallEndReason.UnknownHost, (await call.Ended).End.Reason);
    }
}
