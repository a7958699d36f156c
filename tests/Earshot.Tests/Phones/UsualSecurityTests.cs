// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Signaling.Tests.Transport;

namespace Earshot.Tests.Phones;

/// <summary>Phones that nobody told how to encrypt: DTLS, and SDES only where nobody on the way reads the keys.</summary>
public sealed class UsualSecurityTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly PaperAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(SipTransportChoice.Udp)]
    [InlineData(SipTransportChoice.Tls)]
    public async Task TwoSuchPhonesAgreeByDtls(SipTransportChoice over)
    {
        await using var callee = await TakingAsync(over);
        await using var caller = await StartAsync(SipTransportChoice.Udp);
        Assert.Equal("dtls", (await CallAsync(caller, callee)).Session!.KeyExchange);
    }

    [Theory]
    [InlineData(SipTransportChoice.Udp)]
    [InlineData(SipTransportChoice.Tcp)]
    [InlineData(SipTransportChoice.Ws)]
    public async Task OverClearSignallingAPhoneOfSdesIsNotCalledWithKeysThatAnybodyReads(SipTransportChoice over)
    {
        await using var callee = await TakingAsync(over, MediaSecurityMethod.Sdes);
        await using var caller = await StartAsync(SipTransportChoice.Udp);
        var offers = new List<string>();
        caller.SipMessage += (sent, _, text) => { if (sent && text.StartsWith("INVITE", StringComparison.Ordinal)) lock (offers) offers.Add(text); };
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(caller, callee));
        Assert.Equal(CallEndReason.NotEncrypted, wrong.End.Reason);
        Assert.Contains("--security dtls,sdes", wrong.End.Hint, StringComparison.Ordinal);
        Assert.All(offers, text => Assert.DoesNotContain("a=crypto", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SipTransportChoice.Tls)]
    [InlineData(SipTransportChoice.Wss)]
    public async Task OverProtectedSignallingItIsCalledBySdesInASecondInvite(SipTransportChoice over)
    {
        await using var callee = await TakingAsync(over, MediaSecurityMethod.Sdes);
        await using var caller = await StartAsync(SipTransportChoice.Udp);
        var session = (await CallAsync(caller, callee)).Session!;
        Assert.Equal(("sdes", true), (session.KeyExchange, session.SignallingProtected));
    }

    [Fact]
    public async Task OverClearSignallingACallThatOffersSdesIsRefused()
    {
        await using var callee = await TakingAsync(SipTransportChoice.Udp);
        await using var caller = await StartAsync(SipTransportChoice.Udp, MediaSecurityMethod.Sdes);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(caller, callee));
        Assert.Equal((CallEndReason.NotEncrypted, 488), (wrong.End.Reason, wrong.End.SipStatus));
    }

    [Fact]
    public async Task OverProtectedSignallingItIsAnswered()
    {
        await using var callee = await TakingAsync(SipTransportChoice.Tls);
        await using var caller = await StartAsync(SipTransportChoice.Udp, MediaSecurityMethod.Sdes);
        Assert.Equal("sdes", (await CallAsync(caller, callee)).Session!.KeyExchange);
    }

    [Theory]
    [InlineData(SipTransportChoice.Udp)]
    [InlineData(SipTransportChoice.Tls)]
    public async Task ClearMediaIsNeitherOfferedNorAnswered(SipTransportChoice over)
    {
        await using var callee = await TakingAsync(over);
        await using var clear = await StartAsync(SipTransportChoice.Udp, MediaSecurityMethod.None);
        var refused = await Assert.ThrowsAsync<CallFailedException>(() => CallAsync(clear, callee));
        Assert.Equal(CallEndReason.NotEncrypted, refused.End.Reason);
    }

    private static Task<Call> CallAsync(Phone caller, Phone callee) => caller.CallAsync(
        callee.ListenUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), new CallOptions { Echo = true }).WaitAsync(Limit);

    private async Task<Phone> TakingAsync(SipTransportChoice over, params MediaSecurityMethod[] security)
    {
        var phone = await StartAsync(over, security);
        phone.IncomingCall += call => call.Accept(new CallOptions { Echo = true });
        return phone;
    }

    private Task<Phone> StartAsync(SipTransportChoice over, params MediaSecurityMethod[] security)
    {
        var options = new PhoneOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Transport = over,
            TlsCertificate = over is SipTransportChoice.Tls or SipTransportChoice.Wss ? _authority.Showing(["localhost"]).Certificate : null,
            TlsRoots = _authority.Trusting.Roots,
            Microphone = "silence",
            Speaker = "null",
            Codecs = ["pcmu"],
        };
        return Phone.StartAsync(security.Length == 0 ? options : options with { Security = security });
    }
}
