// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACallThatNobodyAnswersIsOverWhenThePhoneIsClosed(bool rings)
    {
        using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var phone = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        var call = await phone.PlaceCallAsync($"sip:bob@{peer.Client.LocalEndPoint}", new CallOptions { Echo = true }, TestContext.Current.CancellationToken);
        var invite = await peer.ReceiveAsync(TestContext.Current.CancellationToken);
        if (rings)
        {
            var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            call.Subscribe(step => _ = step is CallRinging && rang.TrySetResult());
            peer.Send(Ringing(Encoding.UTF8.GetString(invite.Buffer)), invite.RemoteEndPoint);
            await rang.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        await phone.DisposeAsync();
        Assert.True(call.Ended.IsCompletedSuccessfully);
        Assert.Equal(CallEndReason.Cancelled, (await call.Ended).End.Reason);
        await Assert.ThrowsAsync<CallFailedException>(() => call.Connected);
    }

    [Fact]
    public async Task AClosedPhonePlacesNoCalls()
    {
        var phone = await Phone.StartAsync(Silent, TestContext.Current.CancellationToken);
        await phone.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => phone.CallAsync("sip:bob@127.0.0.1:9", new CallOptions { Echo = true }, TestContext.Current.CancellationToken));
    }

    private static byte[] Ringing(string invite)
    {
        var headers = invite.Split("\r\n").Where(l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal)
            || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes($"SIP/2.0 180 Ringing\r\n{string.Join("\r\n", headers)}\r\nTo: <sip:bob@127.0.0.1>;tag=b\r\nContent-Length: 0\r\n\r\n");
    }
}
