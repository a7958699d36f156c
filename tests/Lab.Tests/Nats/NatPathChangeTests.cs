// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Lab.Nats;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Ways that end in the middle of a call, measured at both ears.</summary>
public sealed class NatPathChangeTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    /// <summary>A call of which one phone has two lines, and both have been in use for a while.</summary>
    private static NatCall WithTwoLines(bool callerHasTwo, ulong seed = 1)
    {
        var call = new NatCall(seed);
        var (two, one) = callerHasTwo ? (call.Alice, call.Bob) : (call.Bob, call.Alice);
        two.Attach(call.AddLine(NatKinds.PortRestricted, 1));
        two.Attach(call.AddLine(NatKinds.PortChanging, 2));
        one.Attach(call.AddLine(NatKinds.PortRestricted, 3));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(4));
        return call;
    }

    private static double Silence(NatCall call, Instant from) => Math.Max(
        call.Alice.Media.Heard.LongestSilence(from).TotalMilliseconds, call.Bob.Media.Heard.LongestSilence(from).TotalMilliseconds);

    private static NatHost InUse(NatPhone phone) => phone.Hosts.Single(h => h.Address.SameHost(phone.Path.Selected!.Base));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterfaceThatIsReportedDownCostsAtMost300Milliseconds(bool callers)
    {
        using var call = WithTwoLines(callers);
        var phone = callers ? call.Alice : call.Bob;
        var at = call.Network.Now;
        phone.Detach(InUse(phone));
        call.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(Silence(call, at), 0, 240); // of 300
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ALineThatMerelyDiesCostsAtMostASecond(bool callers)
    {
        using var call = WithTwoLines(callers);
        var phone = callers ? call.Alice : call.Bob;
        var at = call.Network.Now;
        InUse(phone).IsUp = false;
        call.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(Silence(call, at), 100, 1000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheOnlyLineGoesAndAnotherComesAFewRoundTripsAfterSignallingIsBack(bool callers)
    {
        using var call = NatCall.Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        var phone = callers ? call.Alice : call.Bob;
        call.Alice.RestartsByItself = call.Bob.RestartsByItself = false;
        var goneAt = call.Network.Now;
        phone.Detach(phone.Hosts[0]);
        call.Run(TimeSpan.FromSeconds(3));
        // The new line is up; its addresses are known by the time that its connection to the proxy is.
        phone.Attach(call.AddLine(NatKinds.PortChanging, 4));
        call.Run(TimeSpan.FromMilliseconds(200));
        var signalledAt = call.Network.Now;
        phone.Restart();
        call.Run(TimeSpan.FromSeconds(3));
        var heardAgain = Instant.Max(call.Alice.Media.Heard.HeardAgain(goneAt), call.Bob.Media.Heard.HeardAgain(goneAt));
        Assert.InRange((heardAgain - signalledAt) / NatCall.RoundTrip, 0, 5);
        Assert.InRange(Silence(call, heardAgain + TimeSpan.FromMilliseconds(200)), 0, 100);
        Assert.Equal((1, 1), (call.Alice.Path.Selected!.Generation, call.Bob.Path.Selected!.Generation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARelayThatIsGatheredAfterTheLineWentGoesThroughTheOneThatCame(bool callers)
    {
        using var call = NatCall.Between(NatKinds.Symmetric, NatKinds.Symmetric);
        Assert.True(call.Connect(Enough));
        Assert.True(call.IsRelayed);
        var phone = callers ? call.Alice : call.Bob;
        var gone = phone.Hosts[0];
        phone.Detach(gone);
        call.Run(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(phone.Description.Candidates, c => c.Base.SameHost(gone.Address));
        int dead = 0;
        call.Network.Intercept = datagram =>
        {
            dead += datagram.Host == gone ? 1 : 0;
            return false;
        };
        phone.Attach(call.AddLine(NatKinds.Symmetric, 4));
        Assert.True(call.RunUntil(() => phone.IsGathered, Enough));
        Assert.Single(phone.Description.Candidates, c => c.Kind == CandidateKind.Relayed);
        var at = call.Network.Now;
        phone.Restart();
        call.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0, dead);
        Assert.InRange(Silence(call, at + TimeSpan.FromSeconds(2)), 0, 100);
    }

    [Fact]
    public void ANewLineAsksTheServersForItselfAlone()
    {
        using var call = NatCall.Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        Assert.True(call.Connect(Enough));
        List<NatHost> askers = [];
        call.Network.Intercept = datagram =>
        {
            if (datagram.To == call.Server.Address)
                askers.Add(datagram.Host);
            return false;
        };
        var added = call.Alice.Attach(call.AddLine(NatKinds.PortChanging, 4));
        call.Run(TimeSpan.FromMilliseconds(20));
        Assert.Equal([added], askers);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AfterAnInterfaceWentDownADirectPairIsTakenAndNoRelay(bool callers)
    {
        for (int seed = 1; seed <= 8; seed++)
        {
            using var call = WithTwoLines(callers, (ulong)seed);
            var phone = callers ? call.Alice : call.Bob;
            phone.Detach(InUse(phone));
            call.Run(TimeSpan.FromSeconds(3));
            Assert.False(call.IsRelayed, $"seed {seed}");
            Assert.True(call.Alice.Path.IsNominated && call.Bob.Path.IsNominated, $"seed {seed}");
        }
    }

    [Fact]
    public void ANatThatIsSwitchedOffAndOnIsRestartedThroughByThePhonesThemselves()
    {
        using var call = new NatCall();
        var line = call.Alice.Attach(call.AddLine(NatKinds.PortChanging, 1));
        call.Bob.Attach(call.AddLine(NatKinds.PortRestricted, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        var at = call.Network.Now;
        line.Realm.Nat!.Forget();
        call.Run(TimeSpan.FromSeconds(10));
        var heardAgain = Instant.Max(call.Alice.Media.Heard.HeardAgain(at), call.Bob.Media.Heard.HeardAgain(at));
        Assert.InRange((heardAgain - at).TotalSeconds, 0, 5);
        Assert.InRange(Silence(call, call.Network.Now - TimeSpan.FromSeconds(3)), 0, 100);
    }

    [Fact]
    public void BothRestartAtOnceAndNobodyNotices()
    {
        using var call = NatCall.Between(NatKinds.PortRestricted, NatKinds.AddressRestricted);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        var at = call.Network.Now;
        call.Alice.Restart();
        call.Bob.Restart();
        call.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(Silence(call, at), 0, 60);
        Assert.True(call.Alice.Path.Selected!.Generation > 0 && call.Bob.Path.Selected!.Generation > 0);
        Assert.True(call.Alice.Path.IsNominated && call.Bob.Path.IsNominated);
    }

    [Fact]
    public void AWayThatIsGoneForHalfAMinuteEndsTheCallOnceAndForOneReason()
    {
        using var call = NatCall.Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        var at = call.Network.Now;
        call.Alice.Hosts[0].IsUp = call.Bob.Hosts[0].IsUp = false; // and nobody is told; signalling takes another way
        call.Run(TimeSpan.FromSeconds(23));
        Assert.True(call.Alice.Call.End is null && call.Bob.Call.End is null);
        Assert.True(call.RunUntil(() => call.Alice.Call.End is not null && call.Bob.Call.End is not null, TimeSpan.FromSeconds(20)));
        // The last answer came up to a question's interval before that; and whoever notices first says so with a BYE.
        Assert.InRange((call.Network.Now - at).TotalSeconds, 23, 41);
        Assert.Contains(CallEnds.PathLost, new[] { call.Alice.Call.End, call.Bob.Call.End });
        call.Run(TimeSpan.FromSeconds(60));
        Assert.Equal((1, 1), (call.Alice.Call.Ends, call.Bob.Call.Ends));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AServerThatWasStartedAnewGivesARelayAgain(bool callersServer)
    {
        // Candidates follow: the answer to whether a relay stands comes after the offer has left.
        var trickling = new NatPhoneOptions { Media = NatCall.Media, Ice = new() { Trickles = true } };
        using var call = new NatCall(1, trickling, trickling, bobsServer: true);
        (callersServer ? call.BobsServer : call.Server).Vice = TurnVice.Full; // one relay is all there is
        call.Alice.Attach(call.AddLine(NatKinds.Symmetric, 1));
        call.Bob.Attach(call.AddLine(NatKinds.Symmetric, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        Assert.True(call.IsRelayed);
        (callersServer ? call.Server : call.BobsServer).Restart();
        call.Run(TimeSpan.FromSeconds(8));
        Assert.InRange(Silence(call, call.Network.Now - TimeSpan.FromSeconds(2)), 0, 60);
        Assert.True(call.IsRelayed);
    }

    [Fact]
    public void MappingsOfHalfAMinuteOutliveALongCall()
    {
        using var call = NatCall.Between(NatKinds.PortChanging, NatKinds.PortChanging);
        Assert.True(call.Connect(Enough));
        var at = call.Network.Now + TimeSpan.FromSeconds(1);
        call.Alice.Media.Worker.Send.Mute = true;
        call.Run(TimeSpan.FromSeconds(40));
        Assert.InRange(Silence(call, at), 0, 60);
        Assert.True(call.Alice.Path.IsNominated);
    }
}
