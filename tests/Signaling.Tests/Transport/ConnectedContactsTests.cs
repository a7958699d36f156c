// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public class ConnectedContactsTests
{
    private const string Page = "sip:u3k9@2oq3ls81.invalid;transport=ws";

    [Fact]
    public async Task APageThatCalledIsReachedOverItsConnectionUntilItCloses()
    {
        await using var phone = await SignalingAgent.StartAsync(
            new SignalingAgentOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Accepts = SipTransport.Ws }, (_, _) => { });
        Assert.Empty(await phone.ResolveAsync(Page));
        using var page = new ClientWebSocket();
        page.Options.AddSubProtocol("sip");
        await page.ConnectAsync(new Uri($"ws://{phone.ListenEndPoint}/"), CancellationToken.None);
        var invite = $"INVITE sip:earshot@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bKa\r\nMax-Forwards: 69\r\nFrom: <sip:anna@page.invalid>;tag=a\r\n"
            + $"To: <sip:earshot@127.0.0.1>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nContact: <{Page};ob>\r\nContent-Length: 0\r\n\r\n";
        await page.SendAsync(Encoding.ASCII.GetBytes(invite), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[4000];
        await page.ReceiveAsync(buffer, CancellationToken.None);
        var flow = Assert.Single(await phone.ResolveAsync(Page));
        Assert.Equal(SipTransport.Ws, flow.Transport);

        await phone.PostAsync((core, now) => core.Invite(now, new SipInvite { Target = Page, Flows = [flow] }));
        string heard;
        do
        {
            var got = await page.ReceiveAsync(buffer, CancellationToken.None);
            heard = Encoding.ASCII.GetString(buffer, 0, got.Count);
        }
        while (!heard.StartsWith("INVITE", StringComparison.Ordinal));
        Assert.StartsWith($"INVITE {Page} SIP/2.0\r\n", heard, StringComparison.Ordinal);

        await page.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        for (var i = 0; i < 1000 && (await phone.ResolveAsync(Page)).Count > 0; i++) await Task.Delay(5);
        Assert.Empty(await phone.ResolveAsync(Page));
    }

    [Fact]
    public void AReconnectedPageKeepsItsContactWhenTheOldConnectionEnds()
    {
        var contacts = new ConnectedContacts();
        var (old, now) = (Flow(1), Flow(2));
        contacts.Learn(old, Page);
        contacts.Learn(now, Page + ";ob");
        contacts.Forget(old);
        Assert.Same(now, contacts.Find("sip:u3k9@2OQ3LS81.INVALID"));
        contacts.Forget(now);
        Assert.Equal(0, contacts.Count);
    }

    [Theory]
    [InlineData("sip:bob@example.org")]
    [InlineData("sip:bob@192.0.2.7;transport=ws")]
    [InlineData("sip:bob@invalid.example")]
    [InlineData("tel:+4930123")]
    [InlineData("nonsense")]
    public void AnAddressThatCanBeLookedUpIsNobodysToTake(string contact)
    {
        var contacts = new ConnectedContacts();
        contacts.Learn(Flow(1), contact);
        Assert.Equal(0, contacts.Count);
        Assert.False(ConnectedContacts.IsOne(contact));
    }

    [Fact]
    public void OneConnectionHasOneContact()
    {
        var contacts = new ConnectedContacts();
        var flow = Flow(1);
        for (var i = 0; i < 100; i++) contacts.Learn(flow, $"sip:u{i}@page.invalid");
        Assert.Equal(1, contacts.Count);
        contacts.Learn(Flow(2, SipTransport.Udp), "sip:u@other.invalid");
        Assert.Equal(1, contacts.Count);
    }

    private static SipFlow Flow(int id, SipTransport transport = SipTransport.Ws) =>
        new(id, transport, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 1000 + id));
}
