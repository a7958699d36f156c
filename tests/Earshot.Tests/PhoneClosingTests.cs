// SPDX-License-Identifier: MIT
using System.Net;

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
        await phone.DisposeAsync();
        await phone.DisposeAsync();
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
