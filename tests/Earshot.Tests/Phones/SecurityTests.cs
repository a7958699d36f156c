// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Earshot.Media;
using Earshot.Protocol.Sdp;

namespace Earshot.Tests.Phones;

/// <summary>What comes of a call between phones that allow different things.</summary>
public sealed class SecurityTests
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n"
        + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";

    [Fact]
    public async Task APhoneOfClearMediaAnswersAnEncryptedCallEncryptedAndSaysSo()
    {
        await using var callee = await StartAsync(MediaSecurityMethod.None);
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.IncomingCall += call => taken.TrySetResult(call.Accept(new CallOptions { Echo = true }));
        await using var caller = await StartAsync(MediaSecurityMethod.Sdes);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20));
        var answered = await taken.Task;
        await answered.Connected.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.All([call.Session!, answered.Session!], s => Assert.True(s.KeyExchange == "sdes" && s.SrtpProfile is not null, s.ToString()));
        Assert.StartsWith("media encrypted", answered.Session!.SecurityText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MediaSecurityMethod.None)]
    [InlineData(MediaSecurityMethod.Sdes)]
    public async Task APhoneWhoseListNamesNoDtlsSaysThatACallByDtlsWasRefusedForThat(MediaSecurityMethod only)
    {
        await using var callee = await StartAsync(only);
        var told = new TaskCompletionSource<PhoneNotice>(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.Notice += notice => told.TrySetResult(notice);
        await using var caller = await StartAsync(MediaSecurityMethod.Dtls);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }));
        Assert.Equal((CallEndReason.NotEncrypted, 488), (wrong.End.Reason, wrong.End.SipStatus));
        var notice = await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("call-refused", notice.Code);
        Assert.Contains("offers keys by DTLS, which this phone does not allow. ", notice.Message, StringComparison.Ordinal);
        Assert.Contains("with --security (dtls,", notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallerThatComesBackWithWhatThisPhoneAllowsWasNotRefused()
    {
        await using var callee = await StartAsync(MediaSecurityMethod.Sdes);
        var told = new ConcurrentQueue<PhoneNotice>();
        callee.Notice += told.Enqueue;
        var taken = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.IncomingCall += call => taken.TrySetResult(call.Accept(new CallOptions { Echo = true }));
        await using var caller = await StartAsync(MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes);
        var call = await caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("sdes", call.Session!.KeyExchange);
        await (await taken.Task).Connected.WaitAsync(TimeSpan.FromSeconds(20));
        await callee.DisposeAsync(); // whatever was refused and is not told yet is told by then
        Assert.DoesNotContain(told, notice => notice.Code == "call-refused");
    }

    [Fact]
    public async Task ARefusalIsToldAtTheLatestWhenThePhoneCloses()
    {
        await using var callee = await StartAsync(MediaSecurityMethod.Sdes);
        var told = new ConcurrentQueue<PhoneNotice>();
        callee.Notice += told.Enqueue;
        await using var caller = await StartAsync(MediaSecurityMethod.Dtls);
        await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }));
        await callee.DisposeAsync();
        Assert.Single(told, notice => notice.Code == "call-refused");
    }

    [Fact]
    public async Task APhoneThatInsistsOnEncryptionRefusesACallInClear()
    {
        await using var callee = await StartAsync(MediaSecurityMethod.Sdes);
        await using var caller = await StartAsync(MediaSecurityMethod.None);
        var wrong = await Assert.ThrowsAsync<CallFailedException>(() => caller.CallAsync(callee.ListenUri, new CallOptions { Echo = true }));
        Assert.Equal(CallEndReason.NotEncrypted, wrong.End.Reason);
    }

    [Theory]
    [InlineData("Sdes")]
    [InlineData("None")]
    public void AnOfferIsJudgedWithoutAKeyOfOurs(string policy)
    {
        var options = new MediaSessionOptions { Codecs = ["pcmu"], Security = Enum.Parse<MediaSecurityPolicy>(policy) };
        var judged = OfferJudge.Judge(Encoding.ASCII.GetBytes(Offer), options);
        Assert.True(judged.Accepted, judged.Reason);
        Assert.Equal("AES_CM_128_HMAC_SHA1_80", judged.Media!.Crypto!.Suite);
        Assert.Empty(judged.Media.Crypto.LocalKey);
    }

    [Theory]
    [InlineData("UDP/TLS/RTP/SAVPF", true, true, "Dtls")] // keys beside DTLS: taken by DTLS, or by nobody
    [InlineData("UDP/TLS/RTP/SAVP", true, false, "Dtls")]
    [InlineData("RTP/SAVP", true, false, "Dtls")]
    [InlineData("RTP/SAVP", true, true, "Sdes")]
    [InlineData("RTP/SAVP", false, true, "Sdes")]
    [InlineData("RTP/AVP", false, true, "Sdes")]
    [InlineData("RTP/AVP", false, false, "None")]
    public void AnOfferIsTakenByTheWayThatCanAnswerIt(string transport, bool fingerprint, bool keys, string way)
    {
        var lines = Offer.Split("\r\n").Where(line => keys || !line.StartsWith("a=crypto", StringComparison.Ordinal)).ToList();
        if (fingerprint) lines.Insert(lines.Count - 1, "a=setup:actpass\r\na=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)));
        var offer = Encoding.ASCII.GetBytes(string.Join("\r\n", lines).Replace("RTP/SAVP", transport, StringComparison.Ordinal));
        Assert.Equal(way, Phone.AskedFor(offer).ToString());
        var judged = OfferJudge.Judge(offer, new MediaSessionOptions { Codecs = ["pcmu"], Security = Enum.Parse<MediaSecurityPolicy>(way) });
        Assert.True(judged.Accepted, judged.Reason);
    }

    private static Task<Phone> StartAsync(params MediaSecurityMethod[] security) => Phone.StartAsync(new PhoneOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        Security = security,
    });
}
