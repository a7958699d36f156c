// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Lab.Nats;
using Earshot.Protocol;

namespace Earshot.Lab.Tests.Nats;

/// <summary>TURN servers that die in mid-call, and say nothing more; signalling goes on.</summary>
public sealed class NatDyingRelayTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    private static NatCall Relayed(bool trickles, ulong seed, bool bobsServer = false)
    {
        var options = new NatPhoneOptions { Media = NatCall.Media, Ice = new() { Trickles = trickles } };
        var call = new NatCall(seed, options, options, bobsServer);
        call.Alice.Attach(call.AddLine(NatKinds.Symmetric, 1));
        call.Bob.Attach(call.AddLine(NatKinds.Symmetric, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        Assert.True(call.IsRelayed);
        return call;
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    public void TheOnlyServerDiesTheRelayIsNamedAndTheCallEndsWithin20SecondsForOneReason(bool trickles, ulong seed)
    {
        using var call = Relayed(trickles, seed);
        List<string> told = [];
        foreach (var phone in new[] { call.Alice, call.Bob })
            phone.Path.Link!.RelayEnded = (_, why) => told.Add(why);
        call.Server.Vice = TurnVice.Dead;
        Assert.True(call.RunUntil(() => call.Alice.Call.End is not null && call.Bob.Call.End is not null, TimeSpan.FromSeconds(20)));
        Assert.Contains(CallEnds.PathLost, new[] { call.Alice.Call.End, call.Bob.Call.End });
        Assert.Contains("the relay turn:203.0.113.9 carries nothing: it does not answer", told);
        call.Run(TimeSpan.FromSeconds(60));
        Assert.Equal((1, 1), (call.Alice.Call.Ends, call.Bob.Call.Ends));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AServerThatIsDeadFromTheBeginningIsToldOnceByEachPhone(bool isDead)
    {
        using var call = new NatCall();
        call.Server.Vice = isDead ? TurnVice.Dead : TurnVice.None;
        int times = isDead ? 1 : 0;
        List<string> told = [];
        foreach (var phone in new[] { call.Alice, call.Bob })
            phone.Path.Link!.RelayEnded = phone.Path.Link.StunEnded = (_, why) => told.Add(why);
        call.Alice.Attach(call.AddLine(null, 1));
        call.Alice.Attach(call.AddLine(null, 3));
        call.Bob.Attach(call.AddLine(null, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(6));
        Assert.Equal(2 * times, told.Count(why => why == "the STUN server stun:203.0.113.9 tells nothing: it does not answer"));
        Assert.Equal(2 * times, told.Count(why => why == "the relay turn:203.0.113.9 carries nothing: it does not answer"));
        call.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(4 * times, told.Count);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void OneOfTwoServersDiesAndTheOtherCarriesTheCallOn(bool trickles, bool callersServer)
    {
        using var call = Relayed(trickles, 1, bobsServer: true);
        var at = call.Network.Now;
        (callersServer ? call.Server : call.BobsServer).Vice = TurnVice.Dead;
        call.Run(TimeSpan.FromSeconds(60));
        Assert.True(call.Alice.Call.End is null && call.Bob.Call.End is null);
        var heardAgain = Instant.Max(call.Alice.Media.Heard.HeardAgain(at), call.Bob.Media.Heard.HeardAgain(at));
        Assert.InRange((heardAgain - at).TotalSeconds, 0, 20);
        var last = call.Network.Now - TimeSpan.FromSeconds(30);
        Assert.InRange(Math.Max(call.Alice.Media.Heard.LongestSilence(last).TotalMilliseconds, call.Bob.Media.Heard.LongestSilence(last).TotalMilliseconds), 0, 100);
    }

    [Fact]
    public void AServerThatIsAwayForAFewSecondsCostsNoCall()
    {
        using var call = Relayed(trickles: true, 1);
        call.Server.Vice = TurnVice.Dead;
        call.Run(TimeSpan.FromSeconds(5));
        call.Server.Vice = TurnVice.None;
        call.Run(TimeSpan.FromSeconds(60));
        Assert.True(call.Alice.Call.End is null && call.Bob.Call.End is null);
        var last = call.Network.Now - TimeSpan.FromSeconds(30);
        Assert.InRange(Math.Max(call.Alice.Media.Heard.LongestSilence(last).TotalMilliseconds, call.Bob.Media.Heard.LongestSilence(last).TotalMilliseconds), 0, 100);
    }
}
