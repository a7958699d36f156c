// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>INFO within calls (RFC 6086), in virtual time.</summary>
public sealed class InfoTests
{
    private static readonly SipInfoPackage Package = new("weather", "text/plain", static body => !body.Span.Contains((byte)'?'));
    private static readonly SipCoreOptions Options = new() { Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO", Supported = ["weather"], InfoPackages = [Package] };

    private readonly SipLink _link = new SipLink(Options).Obliging();

    private SipPhone Alice => _link.Alice;

    private SipPhone Bob => _link.Bob;

    private SipCall BobsCall => Bob.Last<SipEvent.IncomingInvite>().Call;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsSaidInACallIsHeardThere(bool callerSpeaks)
    {
        var call = Talking();
        var (from, to, of) = callerSpeaks ? (Alice, Bob, call) : (Bob, Alice, BobsCall);
        Assert.True(from.Core.Inform(_link.Now, of, "weather", SipLink.Bytes("rain")));
        _link.RunFor(1);
        var info = _link.SentBy(from, "INFO").Single().Text;
        Assert.Contains("\r\nInfo-Package: weather\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/plain\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Disposition: Info-Package\r\n", info, StringComparison.Ordinal);
        Assert.Equal("rain", Encoding.UTF8.GetString(to.Last<SipEvent.InfoReceived>().Body.Span));
        Assert.Equal(200, from.Last<SipEvent.InfoCompleted>().Status);
    }

    [Fact]
    public void BothSayWhatTheyTakeInOfferAndAnswer()
    {
        Talking();
        foreach (var message in new[] { _link.SentBy(Alice, "INVITE").Single(), _link.SentBy(Bob, "SIP/2.0 200").First() })
        {
            Assert.Contains("\r\nRecv-Info: weather\r\n", message.Text, StringComparison.Ordinal);
            Assert.Contains("\r\nSupported: weather\r\n", message.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OneLeavesAtATimeAndALostOneIsRepeated()
    {
        var call = Talking();
        int lost = 0;
        _link.IsLost = s => s.Is("INFO") && lost++ == 0;
        Assert.True(Alice.Core.Inform(_link.Now, call, "weather", SipLink.Bytes("rain")));
        Assert.False(Alice.Core.Inform(_link.Now, call, "weather", SipLink.Bytes("snow")));
        _link.RunFor(2);
        Assert.Equal(1, Bob.Count<SipEvent.InfoReceived>());
        Assert.True(Alice.Core.Inform(_link.Now, call, "weather", SipLink.Bytes("snow")));
        _link.RunFor(1);
        Assert.Equal(2, Bob.Count<SipEvent.InfoReceived>());
    }

    [Fact]
    public void NoneLeavesWhileAnOfferIsOpenOrAnAnswerUnconfirmed()
    {
        var acks = 0;
        _link.IsLost = s => s.Is("ACK") && acks++ == 0;
        var call = _link.Call();
        _link.RunFor(0.1);
        Assert.False(Bob.Core.MayInform(BobsCall)); // it cannot know whether its answer arrived
        Assert.True(Alice.Core.MayInform(call));
        _link.RunFor(2);
        Assert.True(Bob.Core.MayInform(BobsCall));
        Assert.True(Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("offer")));
        Assert.False(Alice.Core.MayInform(call));
        _link.RunFor(2);
        Assert.True(Alice.Core.MayInform(call));
        Alice.Core.Bye(_link.Now, call);
        Assert.False(Alice.Core.MayInform(call));
    }

    [Fact]
    public void WhoHasNotSaidThatItTakesThemIsSentNone()
    {
        _link.Rewrite = (_, text) => text.Replace("Recv-Info: weather\r\n", "Recv-Info: tides;q=1, news\r\n", StringComparison.Ordinal);
        var call = Talking();
        Assert.False(Alice.Core.Inform(_link.Now, call, "weather", SipLink.Bytes("rain")));
        Assert.True(call.TakesInfo("TIDES") && call.TakesInfo("news") && !call.TakesInfo("weather"));
        Assert.Empty(_link.SentBy(Alice, "INFO"));
    }

    [Theory]
    [InlineData("Info-Package: weather", "Info-Package: tides", "469", "Recv-Info: weather")]
    [InlineData("Content-Type: text/plain", "Content-Type: text/html", "415", "Accept: text/plain")]
    [InlineData("Info-Package: weather\r\n", "", "415", "")] // of old: keys, by somebody's own type
    [InlineData("rain", "ra?n", "400", "")]
    [InlineData(";tag=", ";tag=x", "481", "")]
    public void WhatIsNotUnderstoodIsRefusedAndToldToNobody(string said, string instead, string status, string says)
    {
        var call = Talking();
        _link.Rewrite = (sent, text) => sent.Is("INFO") ? text.Replace(said, instead, StringComparison.Ordinal) : text;
        Assert.True(Alice.Core.Inform(_link.Now, call, "weather", SipLink.Bytes("rain")));
        _link.RunFor(1);
        var answer = _link.SentBy(Bob, $"SIP/2.0 {status}").Single().Text;
        Assert.Contains(says, answer, StringComparison.Ordinal);
        Assert.Equal(0, Bob.Count<SipEvent.InfoReceived>());
        Assert.Equal(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), Alice.Last<SipEvent.InfoCompleted>().Status);
        Assert.Equal(SipCallState.Established, call.State);
    }

    [Fact]
    public void APhoneThatTakesNoneRefusesTheMethod()
    {
        var link = new SipLink().Obliging();
        var call = link.Call();
        link.RunFor(1);
        Assert.False(link.Alice.Core.Inform(link.Now, call, "weather", SipLink.Bytes("rain")));
        link.Rewrite = (_, text) => text.Replace("BYE", "INFO", StringComparison.Ordinal);
        link.Alice.Core.Bye(link.Now, call);
        link.RunFor(1);
        Assert.NotEmpty(link.SentBy(link.Bob, "SIP/2.0 405"));
    }

    private SipCall Talking()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Assert.Equal(SipCallState.Established, call.State);
        return call;
    }
}
