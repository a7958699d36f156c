// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Lab.Nats;
using Earshot.Protocol.Ice;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Two whole phones whose candidates follow their descriptions by INFO (RFC 8838, RFC 8840), through NATs in virtual time.</summary>
public sealed class NatTrickleTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(8);

    private static readonly NatPhoneOptions Trickling = new() { Media = NatCall.Media, Ice = new() { Trickles = true } };

    private static readonly NatPhoneOptions WithoutTrickle = new() { Media = NatCall.Media };

    private static NatCall Between(NatBehavior? alice, NatBehavior? bob)
    {
        var call = OnlyAlice(alice);
        call.Bob.Attach(call.AddLine(bob, 2));
        return call;
    }

    private static NatCall OnlyAlice(NatBehavior? nat)
    {
        var call = new NatCall(1, Trickling, Trickling, bobsServer: true);
        call.Alice.Attach(call.AddLine(nat, 1));
        return call;
    }

    private static List<string> Infos(NatPhone phone) => phone.Signalling.Sent.FindAll(m => m.StartsWith("INFO ", StringComparison.Ordinal));

    private static string AnswerOf(NatPhone phone) => phone.Signalling.Sent.First(m => m.StartsWith("SIP/2.0 200", StringComparison.Ordinal));

    [Fact]
    public void AnAnswerWaitsForNobodyAndTheRelayThatComesLaterCarriesTheCall()
    {
        // Neither is known by an address that is good for the other, and Alice gets no relay: his is the only way.
        using var call = Between(NatKinds.Symmetric, NatKinds.Symmetric);
        call.BobsServer.Vice = TurnVice.Dead;
        call.Server.Vice = TurnVice.Full;
        call.RunUntil(() => call.Alice.IsGathered, TimeSpan.FromSeconds(1));
        Assert.False(call.Bob.IsGathered);
        call.Alice.Place();
        Assert.True(call.RunUntil(() => call.Alice.Call.Machine.Phase == CallPhase.Talking, TimeSpan.FromMilliseconds(100)));
        Assert.DoesNotContain("typ relay", AnswerOf(call.Bob), StringComparison.Ordinal);
        Assert.DoesNotContain("end-of-candidates", AnswerOf(call.Bob), StringComparison.Ordinal);
        Assert.Contains("a=ice-options:ice2 trickle", AnswerOf(call.Bob), StringComparison.Ordinal);
        call.Run(TimeSpan.FromMilliseconds(300));
        Assert.Empty(Infos(call.Bob));

        call.BobsServer.Vice = TurnVice.None;
        Assert.True(call.RunUntil(() => call.BothHear, Enough));
        Assert.Contains(Infos(call.Bob), m => m.Contains("typ relay", StringComparison.Ordinal));
        Assert.Contains(TrickleOutcome.Taken, call.Alice.Media.Outcomes);
        Assert.True(call.IsRelayed);
    }

    [Fact]
    public void WhatIsToldIsToldOnceAndThenThatItIsAll()
    {
        using var call = Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        call.BobsServer.Vice = TurnVice.Dead;
        call.RunUntil(() => call.Alice.IsGathered, TimeSpan.FromSeconds(1));
        call.Alice.Place();
        call.Run(TimeSpan.FromMilliseconds(200));
        call.BobsServer.Vice = TurnVice.None;
        Assert.True(call.RunUntil(() => call.BothHear, Enough));
        call.Run(TimeSpan.FromSeconds(20));
        Assert.InRange(Infos(call.Bob).Count, 1, 3);
        Assert.Single(Infos(call.Bob), m => m.Contains("end-of-candidates", StringComparison.Ordinal));
        Assert.Contains("end-of-candidates", Infos(call.Bob)[^1], StringComparison.Ordinal);
        Assert.All(call.Alice.Media.Outcomes, o => Assert.Equal(TrickleOutcome.Taken, o));
        Assert.Empty(Infos(call.Alice)); // her offer was whole
        Assert.False(call.IsRelayed);
    }

    [Fact]
    public void TheCallersServerMayBeTheSlowOne()
    {
        using var call = Between(NatKinds.Symmetric, NatKinds.PortRestricted);
        call.Server.Vice = TurnVice.Dead;
        call.RunUntil(() => call.Alice.IsGathered, TimeSpan.FromSeconds(1)); // half a second is all an offer waits
        call.Alice.Place();
        call.Run(TimeSpan.FromMilliseconds(200));
        call.Server.Vice = TurnVice.None;
        Assert.True(call.RunUntil(() => Infos(call.Alice).Exists(m => m.Contains("typ relay", StringComparison.Ordinal)), Enough));
        Assert.True(call.RunUntil(() => call.BothHear, Enough));
        Assert.Contains(TrickleOutcome.Taken, call.Bob.Media.Outcomes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APeerThatTakesNoneHasAWholeAnswer(bool callerTrickles)
    {
        using var call = new NatCall(1, callerTrickles ? Trickling : WithoutTrickle, callerTrickles ? WithoutTrickle : Trickling);
        call.Alice.Attach(call.AddLine(NatKinds.PortRestricted, 1));
        call.Bob.Attach(call.AddLine(NatKinds.PortRestricted, 2));
        Assert.True(call.Connect(Enough));
        Assert.Contains("typ relay", AnswerOf(call.Bob), StringComparison.Ordinal);
        Assert.Contains("end-of-candidates", AnswerOf(call.Bob), StringComparison.Ordinal);
        Assert.Empty(Infos(call.Alice).Concat(Infos(call.Bob)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARestartIsOfferedAtOnceAndTheNewLinesAddressesFollow(bool callers)
    {
        using var call = Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        call.Alice.RestartsByItself = call.Bob.RestartsByItself = false;
        var phone = callers ? call.Alice : call.Bob;
        int before = Infos(phone).Count;
        phone.Detach(phone.Hosts[0]);
        call.Run(TimeSpan.FromSeconds(1));
        phone.Attach(call.AddLine(NatKinds.Symmetric, 4));
        var at = call.Network.Now;
        phone.Restart(); // its server has not been heard yet from there
        Assert.DoesNotContain("typ srflx", phone.Signalling.Sent.FindLast(m => m.StartsWith("INVITE", StringComparison.Ordinal))!, StringComparison.Ordinal);
        call.Run(TimeSpan.FromSeconds(3));
        var told = Infos(phone)[before..];
        Assert.Contains(told, m => m.Contains("typ srflx", StringComparison.Ordinal));
        Assert.All(told, m => Assert.Contains($"a=ice-ufrag:{phone.Path.Link!.Description.Credentials.Ufrag}\r\n", m, StringComparison.Ordinal));
        Assert.InRange(call.Alice.Media.Heard.LongestSilence(at + TimeSpan.FromSeconds(1)).TotalMilliseconds, 0, 100);
        Assert.InRange(call.Bob.Media.Heard.LongestSilence(at + TimeSpan.FromSeconds(1)).TotalMilliseconds, 0, 100);
    }

    [Fact]
    public void WhateverFragmentsSayInACallItGoesOn()
    {
        using var call = Between(NatKinds.PortRestricted, NatKinds.PortRestricted);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        var at = call.Network.Now;
        var agreed = Credentials(call.Bob);
        var many = Enumerable.Range(0, 120).Select(i => $"candidate:{i} 1 UDP 1 198.51.100.99 {1000 + i} typ host");
        Say(call, "nonsense"u8.ToArray());
        Say(call, TrickleFragment.Write(new("else", new string('e', 24)), "0", many, isComplete: false));
        Say(call, TrickleFragment.Write(agreed, "7", many, isComplete: true));
        Say(call, TrickleFragment.Write(agreed, "0", many, isComplete: false));
        Assert.Equal([TrickleOutcome.Early, TrickleOutcome.Nothing, TrickleOutcome.AfterTheEnd], call.Alice.Media.Outcomes.TakeLast(3));
        Assert.Contains(call.Alice.Signalling.Sent, m => m.StartsWith("SIP/2.0 400", StringComparison.Ordinal)); // nonsense reached nobody

        call.Alice.Restart();
        call.Run(TimeSpan.FromSeconds(3));
        Say(call, TrickleFragment.Write(agreed, "0", many, isComplete: false));
        Assert.Equal(TrickleOutcome.Over, call.Alice.Media.Outcomes[^1]);
        Assert.InRange(call.Alice.Media.Heard.LongestSilence(at).TotalMilliseconds, 0, 100);
        Assert.InRange(call.Bob.Media.Heard.LongestSilence(at).TotalMilliseconds, 0, 100);
    }

    // What Bob's signalling says in his name, whoever thought of it.
    private static void Say(NatCall call, byte[] fragment)
    {
        var bob = call.Bob.Signalling;
        bob.Do(call.Network.Now, () => Assert.True(bob.Core.Inform(call.Network.Now, call.Bob.Call.Driver.Sip!, TrickleIce.Name, fragment)));
        call.Run(TimeSpan.FromMilliseconds(200));
    }

    private static IceCredentials Credentials(NatPhone phone)
    {
        var lines = AnswerOf(phone).Split("\r\n");
        string Value(string name) => lines.First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..];
        return new(Value("a=ice-ufrag:"), Value("a=ice-pwd:"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)] // what was asked by then is lost, and asked again after half a second
    public void EveryPairOfNatsConnectsAsDirectlyAsWithWholeAnswers(double milliseconds)
    {
        foreach (var a in NatKinds.All)
        {
            foreach (var b in NatKinds.All)
            {
                using var call = OnlyAlice(a);
                call.RunUntil(() => call.Alice.IsGathered, TimeSpan.FromSeconds(1));
                call.BobsServer.Vice = milliseconds > 0 ? TurnVice.Dead : TurnVice.None;
                call.Network.After(TimeSpan.FromMilliseconds(milliseconds), () => call.BobsServer.Vice = TurnVice.None);
                call.Bob.Attach(call.AddLine(b, 2)); // now, so that he asks while he answers
                call.Alice.Place();
                Assert.True(call.RunUntil(() => call.BothHear, Enough), $"{NatKinds.NameOf(a)} → {NatKinds.NameOf(b)}");
                Assert.True(NatTheory.IsDirect(a, b) != call.IsRelayed, $"{NatKinds.NameOf(a)} → {NatKinds.NameOf(b)}");
            }
        }
    }
}
