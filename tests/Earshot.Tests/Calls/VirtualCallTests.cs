// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Calls;
using Earshot.Lab.Links;
using Earshot.Lab.Phones;

namespace Earshot.Tests.Calls;

/// <summary>Two whole phones, SIP core and call logic, over a simulated link: virtual minutes in real milliseconds.</summary>
public sealed class VirtualCallTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void ACallIsSetUpTalksAndEnds()
    {
        var net = Network();
        net.Bob.OnIncoming = (now, call) => net.After(Seconds(2), () => call.Answer(net.Now));
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(3));
        Assert.True(alice.Rang && alice.IsConnected && alice.Media.Flows);
        Assert.True(net.Bob.Calls[0].IsConnected && net.Bob.Calls[0].Media.Flows);
        alice.HangUp(net.Now);
        net.Run(Minute);
        Assert.Equal(CallEndReason.HungUp, alice.End!.Reason);
        Assert.Equal(CallEndReason.RemoteHungUp, net.Bob.Calls[0].End!.Reason);
    }

    [Fact]
    public void ACallThatOnlyRingsTakesNoMedia()
    {
        var net = Network();
        net.Alice.Call(net.Now);
        net.Run(Seconds(30));
        var bob = net.Bob.Calls[0];
        Assert.Equal(0, bob.Media.Described);
        bob.Answer(net.Now);
        net.Run(Seconds(1));
        Assert.True(bob.IsConnected && bob.Media.Described == 1);
    }

    [Fact]
    public void ALostAckIsMadeGoodByTheRepeated200()
    {
        var lost = 0;
        var net = Network(toBob: new LinkOptions { Drops = d => StartsWith(d, "ACK") && lost++ < 3 });
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(20));
        Assert.True(lost >= 3);
        Assert.True(alice.IsConnected && net.Bob.Calls[0].IsConnected);
        Assert.Null(alice.End);
        Assert.Null(net.Bob.Calls[0].End);
    }

    [Fact]
    public void ALost200IsRepeated()
    {
        var lost = 0;
        var net = Network(toAlice: new LinkOptions { Drops = d => StartsWith(d, "SIP/2.0 200") && lost++ < 2 });
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(20));
        Assert.True(alice.IsConnected && net.Bob.Calls[0].IsConnected);
    }

    [Fact]
    public void AnAckThatNeverComesEndsTheCalleesCall()
    {
        var net = Network(toBob: new LinkOptions { Drops = d => StartsWith(d, "ACK") });
        AnswersAtOnce(net);
        net.Alice.Call(net.Now);
        net.Run(Minute);
        Assert.Equal(CallEnds.AckMissing, net.Bob.Calls[0].End);
        Assert.Equal(CallEndReason.RemoteHungUp, net.Alice.Calls[0].End!.Reason);
    }

    [Fact]
    public void APhoneThatClosesBeforeTheAckHangsUp()
    {
        var net = Network(toBob: new LinkOptions { Drops = d => StartsWith(d, "ACK") });
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(3));
        net.Bob.Calls[0].ShutDown(net.Now);
        Assert.Equal(CallEnds.ShutDown, net.Bob.Calls[0].End);
        net.Run(Seconds(1));
        Assert.Equal(CallEndReason.RemoteHungUp, alice.End!.Reason);
    }

    [Fact]
    public void ACancelThatCrossesThe200EndsOnBothSides()
    {
        var net = Network();
        net.Bob.OnIncoming = (now, call) => net.After(Seconds(1), () => call.Answer(net.Now));
        var alice = net.Alice.Call(net.Now);
        net.After(TimeSpan.FromMilliseconds(1008), () => alice.HangUp(net.Now)); // Bob's 200 is on the way
        net.Run(Minute);
        Assert.Equal(CallEndReason.Cancelled, alice.End!.Reason);
        Assert.NotNull(net.Bob.Calls[0].End);
        Assert.False(net.Bob.Calls[0].Media.Flows);
    }

    [Fact]
    public void ACallThatIsGivenUpWhileItRingsStopsRinging()
    {
        var net = Network();
        var alice = net.Alice.Call(net.Now);
        net.After(Seconds(3), () => alice.HangUp(net.Now));
        net.Run(Minute);
        Assert.Equal(CallEndReason.Cancelled, alice.End!.Reason);
        Assert.Equal(CallEndReason.Cancelled, net.Bob.Calls[0].End!.Reason);
    }

    [Fact]
    public void NobodyAnswers()
    {
        var net = Network();
        var alice = net.Alice.Call(net.Now);
        net.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(CallEndReason.NoAnswer, alice.End!.Reason);
        Assert.NotNull(net.Bob.Calls[0].End);
    }

    [Fact]
    public void APhoneThatIsNotThereIsToldAfter64T1()
    {
        var net = Network(toBob: new LinkOptions { Loss = 1 });
        var alice = net.Alice.Call(net.Now);
        net.Run(TimeSpan.FromSeconds(31.9));
        Assert.Null(alice.End);
        net.Run(Seconds(1));
        Assert.Equal(CallEndReason.Unreachable, alice.End!.Reason);
    }

    [Fact]
    public void BothHangUpAtOnce()
    {
        var net = Network();
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(5));
        alice.HangUp(net.Now);
        net.Bob.Calls[0].HangUp(net.Now);
        net.Run(Minute);
        Assert.Equal(1, alice.Ends);
        Assert.Equal(1, net.Bob.Calls[0].Ends);
    }

    [Fact]
    public void ACalleeThatHangsUpWhileItsAnswerIsOnTheWayEndsTheCall()
    {
        var net = Network();
        net.Bob.OnIncoming = (now, call) => net.After(Seconds(1), () =>
        {
            call.Answer(net.Now);
            call.HangUp(net.Now); // before the ACK: the BYE has to wait for it
        });
        var alice = net.Alice.Call(net.Now);
        net.Run(Minute);
        Assert.Equal(CallEndReason.RemoteHungUp, alice.End!.Reason);
        Assert.Equal(CallEndReason.HungUp, net.Bob.Calls[0].End!.Reason);
    }

    [Fact]
    public void GlareIsResolvedAndBothChangesHappen()
    {
        var net = Network();
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(5));
        var bob = net.Bob.Calls[0];
        alice.ChangeSession(net.Now);
        bob.ChangeSession(net.Now);
        net.Run(Minute);
        Assert.Equal(2, alice.Changes); // ours and the peer's
        Assert.Equal(2, bob.Changes);
        Assert.Null(alice.End);
        Assert.Null(bob.End);
        Assert.True(alice.Media.RolledBack + bob.Media.RolledBack >= 2);
    }

    [Fact]
    public void AChangeThatWeWishWhileThePeersIsUnderWayGoesOutLater()
    {
        var lost = 0;
        var net = Network(toBob: new LinkOptions { Drops = d => StartsWith(d, "ACK") && ++lost is > 1 and < 5 });
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(5));
        var bob = net.Bob.Calls[0];
        alice.ChangeSession(net.Now);
        net.After(TimeSpan.FromMilliseconds(100), () => bob.ChangeSession(net.Now)); // Bob's 200 is out, Alice's ACK is lost
        net.Run(Minute);
        Assert.True(lost > 4);
        Assert.Equal(2, alice.Changes);
        Assert.Equal(2, bob.Changes);
        Assert.Equal((0, 0), (alice.ChangesRefused, bob.ChangesRefused));
        Assert.True(bob.Media.RolledBack >= 1); // the core would not send it at first
        Assert.Null(alice.End ?? bob.End);
    }

    [Fact]
    public void SilenceEndsTheCallOnBothSidesWithItsReason()
    {
        var net = Network();
        AnswersAtOnce(net);
        var alice = net.Alice.Call(net.Now);
        net.Run(Seconds(5));
        alice.HandleSilence(net.Now, Seconds(20));
        net.Run(Minute);
        Assert.Equal(CallEndReason.MediaSilent, alice.End!.Reason);
        Assert.Contains("no media", net.Bob.Calls[0].End!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(486, CallEndReason.Busy)]
    [InlineData(603, CallEndReason.Declined)]
    [InlineData(404, CallEndReason.NotFound)]
    [InlineData(480, CallEndReason.Unavailable)]
    [InlineData(488, CallEndReason.NoCommonCodec)]
    public void ARefusalIsToldByItsReason(int status, CallEndReason reason)
    {
        var net = Network();
        net.Bob.OnIncoming = (now, call) => net.After(Seconds(1), () => call.Reject(net.Now, status));
        var alice = net.Alice.Call(net.Now);
        net.Run(Minute);
        Assert.Equal(reason, alice.End!.Reason);
        Assert.Equal(status, alice.End.SipStatus);
    }

    [Fact]
    public void AHundredCallsOverABadLinkAllEndOnBothSides()
    {
        var link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(40), Jitter = new UniformJitter(60), Loss = 0.25, Duplicate = 0.05 };
        var net = Network(link, link, seed: 7);
        net.Bob.OnIncoming = (now, call) => net.After(Seconds(1), () => call.Answer(net.Now));
        for (var i = 0; i < 100; i++)
        {
            var start = Seconds(i);
            net.After(start, () =>
            {
                var call = net.Alice.Call(net.Now);
                net.After(Seconds(20), () => call.HangUp(net.Now));
            });
        }

        net.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(100, net.Alice.Calls.Count);
        Assert.All(net.Alice.Calls, c => Assert.Equal(1, c.Ends));
        Assert.All(net.Bob.Calls, c => Assert.Equal(1, c.Ends));
        Assert.All(net.Alice.Calls.Concat(net.Bob.Calls), c => Assert.False(c.Media.Flows));
        Assert.True(net.Alice.Calls.Count(c => c.IsConnected) > 90);
    }

    [Fact]
    public void TheSameSeedTakesTheSameCourse()
    {
        static long Course()
        {
            var link = new LinkOptions { Jitter = new UniformJitter(30), Loss = 0.3 };
            var net = Network(link, link, seed: 42);
            AnswersAtOnce(net);
            var alice = net.Alice.Call(net.Now);
            net.Run(Seconds(30));
            alice.HangUp(net.Now);
            net.Run(Minute);
            return net.DatagramsSent;
        }

        Assert.Equal(Course(), Course());
    }

    private static VirtualNetwork Network(LinkOptions? toBob = null, LinkOptions? toAlice = null, ulong seed = 1) =>
        new(seed, toBob ?? new LinkOptions(), toAlice ?? new LinkOptions());

    private static void AnswersAtOnce(VirtualNetwork net) => net.Bob.OnIncoming = (now, call) => net.After(TimeSpan.Zero, () => call.Answer(net.Now));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static bool StartsWith(ReadOnlyMemory<byte> datagram, string text) => datagram.Span.StartsWith(Encoding.ASCII.GetBytes(text));
}
