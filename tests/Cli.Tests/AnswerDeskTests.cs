// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Cli.Commands;
using Earshot.Cli.Output;

namespace Earshot.Cli.Tests;

/// <summary>What <c>answer</c> leaves behind when it is told to end.</summary>
public sealed class AnswerDeskTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>SIP would wait 32 s for each ACK, and the desk's own patience came before the phone's.</summary>
    [Fact]
    public async Task CallersWhoNeverConfirmTheAnswerAreAllEndedWhenTheDeskIsClosed()
    {
        const int callers = 5;
        await using var phone = await Phone.StartAsync(
            new PhoneOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Microphone = "silence", Speaker = "null", Codecs = ["pcmu"], Security = [MediaSecurityMethod.None] },
            TestContext.Current.CancellationToken);
        using var desk = new AnswerDesk(phone, new TextOutput(TextWriter.Null, TextWriter.Null, terminal: false, quiet: true), echo: true, null, null, null, null, null);
        List<Call> calls = [];
        phone.IncomingCall += call =>
        {
            desk.Take(call);
            calls.Add(call.Call);
        };
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var at = IPEndPoint.Parse(phone.ListenUri[(phone.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        HashSet<string> answered = [];
        using var patience = new CancellationTokenSource(Limit);
        for (var number = 0; number < callers; number++) await stranger.SendAsync(Invite(number, (IPEndPoint)stranger.Client.LocalEndPoint!), at, patience.Token);
        while (answered.Count < callers)
        {
            var text = Encoding.ASCII.GetString((await stranger.ReceiveAsync(patience.Token)).Buffer);
            if (text.StartsWith("SIP/2.0 200", StringComparison.Ordinal)) answered.Add(text.Split("\r\n").First(line => line.StartsWith("Call-ID", StringComparison.Ordinal)));
        }

        await desk.ServeAsync(null, new CancellationToken(canceled: true));
        Assert.Equal(callers, calls.Count);
        Assert.All(calls, call => Assert.True(call.Ended.IsCompleted));
    }

    private static byte[] Invite(int number, IPEndPoint from) => Encoding.ASCII.GetBytes(string.Join("\r\n",
        "INVITE sip:bob@127.0.0.1 SIP/2.0",
        $"Via: SIP/2.0/UDP {from};branch=z9hG4bKdesk{number}",
        "Max-Forwards: 70",
        $"From: <sip:stranger@{from}>;tag=s{number}",
        "To: <sip:bob@127.0.0.1>",
        $"Call-ID: desk{number}@127.0.0.1",
        "CSeq: 1 INVITE",
        $"Contact: <sip:stranger@{from}>",
        "Content-Type: application/sdp",
        $"Content-Length: {Sdp.Length}",
        "",
        Sdp));

    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n";
}
