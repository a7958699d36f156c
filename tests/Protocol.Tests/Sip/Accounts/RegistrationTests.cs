// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip.Accounts;

/// <summary>One account and its registrar, from the first REGISTER to the last.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData(null, "auth")]
    [InlineData(null, "")]
    [InlineData(null, "auth-int")]
    [InlineData("MD5", "auth,auth-int")]
    [InlineData("MD5-sess", "auth")]
    [InlineData("SHA-256", "auth")]
    [InlineData("SHA-256-sess", "auth-int")]
    public void AChallengeIsAnsweredAndTheAccountIsRegistered(string? algorithm, string qop)
    {
        var registrar = new RegistrarDouble { Algorithm = algorithm, Qop = qop };
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Registered, account.State);
        var told = Assert.Single(registrar.Changes);
        Assert.Equal((200, TimeSpan.FromSeconds(600)), (told.Status, told.Expires));
        Assert.Equal(2, registrar.Registers.Count());
        var last = registrar.Registers.Last().Text;
        Assert.StartsWith("REGISTER sip:example.org SIP/2.0", last, StringComparison.Ordinal);
        Assert.StartsWith("<sip:alice@example.org>;tag=", RegistrarDouble.Header(last, "From"), StringComparison.Ordinal);
        Assert.Equal("<sip:alice@example.org>", RegistrarDouble.Header(last, "To"));
        Assert.DoesNotContain(RegistrarDouble.Password, string.Concat(registrar.Requests.Select(r => r.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void ItIsRenewedBeforeItExpiresAndTheOldNonceIsCountedOn()
    {
        var registrar = new RegistrarDouble { Granted = 100 };
        registrar.Register();
        registrar.RunFor(99);
        Assert.Equal(3, registrar.Registers.Count());
        var renewed = registrar.Registers.Last();
        Assert.Equal("00000002", RegistrarDouble.Part(RegistrarDouble.Header(renewed.Text, "Authorization"), "nc"));
        Assert.True(registrar.IsProven(renewed.Text, "Authorization"));
        Assert.Single(registrar.Changes);
    }

    [Fact]
    public void ANonceThatIsTooOldIsAnsweredAnew()
    {
        var registrar = new RegistrarDouble { Granted = 100 };
        var account = registrar.Register();
        registrar.RunFor(1);
        registrar.Nonce = "n2";
        registrar.Answer = (flow, text) => registrar.IsProven(text, "Authorization") ? registrar.Granting(text) : $"401 Unauthorized\r\nWWW-Authenticate: {registrar.Challenge(isStale: true)}";
        registrar.RunFor(99);
        Assert.Equal(RegistrationState.Registered, account.State);
        Assert.Single(registrar.Changes);
    }

    [Fact]
    public void AWrongPasswordIsTriedOnceAndToldForGood()
    {
        var registrar = new RegistrarDouble();
        var account = registrar.Register(RegistrarDouble.Account("guess"));
        registrar.RunFor(10_000);
        Assert.Equal(RegistrationState.Failed, account.State);
        var told = Assert.Single(registrar.Changes);
        Assert.Equal((401, null), (told.Status, told.RetryIn));
        Assert.Equal(2, registrar.Registers.Count());
    }

    [Fact]
    public void AServerThatChallengesForEverIsLeft()
    {
        var registrar = new RegistrarDouble();
        int nonce = 0;
        registrar.Answer = (_, _) =>
        {
            registrar.Nonce = $"n{nonce++}";
            return $"401 Unauthorized\r\nWWW-Authenticate: {registrar.Challenge(isStale: true)}";
        };
        registrar.Register();
        registrar.RunFor(1000);
        Assert.Equal(1 + SipAuthentication.MaxRounds, registrar.Registers.Count());
        Assert.Equal(401, Assert.Single(registrar.Changes).Status);
    }

    [Fact]
    public void OfSeveralChallengesTheFirstThatIsKnownIsAnswered()
    {
        var registrar = new RegistrarDouble { Algorithm = "SHA-256" };
        registrar.Answer = (_, text) => registrar.IsProven(text, "Authorization") ? registrar.Granting(text)
            : $"401 Unauthorized\r\nWWW-Authenticate: {registrar.Challenge().Replace("SHA-256", "SHA-512-256", StringComparison.Ordinal)}\r\nWWW-Authenticate: {registrar.Challenge()}"
                + $"\r\nWWW-Authenticate: {registrar.Challenge().Replace("SHA-256", "MD5", StringComparison.Ordinal)}";
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Registered, account.State);
        Assert.Equal("SHA-256", RegistrarDouble.Part(RegistrarDouble.Header(registrar.Registers.Last().Text, "Authorization"), "algorithm"));
    }

    [Fact]
    public void AnIntervalThatIsTooBriefIsRaisedOnce()
    {
        var registrar = new RegistrarDouble { Granted = 3600 };
        registrar.Answer = (_, text) => RegistrarDouble.ExpiresOf(text) < 3600 ? "423 Interval Too Brief\r\nMin-Expires: 3600" : registrar.Granting(text);
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Registered, account.State);

        registrar = new RegistrarDouble { Answer = (_, text) => $"423 Interval Too Brief\r\nMin-Expires: {RegistrarDouble.ExpiresOf(text) + 1}" };
        registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(2, registrar.Registers.Count());
        Assert.Equal(423, Assert.Single(registrar.Changes).Status);
    }

    [Fact]
    public void AServerThatIsBackIsFoundSoonAndOneThatStaysAwayIsAskedEverMoreRarely()
    {
        var registrar = new RegistrarDouble { Answer = (_, _) => "503 Service Unavailable" };
        var account = registrar.Register();
        registrar.RunFor(3600);
        int asked = registrar.Registers.Count();
        Assert.InRange(asked, 15, 35);
        Assert.All(registrar.Changes, c => Assert.InRange(c.RetryIn!.Value.TotalSeconds, 2, 300));
        registrar.Answer = registrar.Usual;
        registrar.RunFor(301);
        Assert.Equal(RegistrationState.Registered, account.State);
    }

    [Fact]
    public void TheServersOwnTimeIsWaitedFor()
    {
        var registrar = new RegistrarDouble { Answer = (_, _) => "503 Service Unavailable\r\nRetry-After: 900" };
        registrar.Register();
        registrar.RunFor(890);
        Assert.Single(registrar.Registers);
        registrar.RunFor(20);
        Assert.Equal(2, registrar.Registers.Count());
    }

    /// <summary>The next server within 6 s of the first request that stays unanswered, and within 2 s of a reset.</summary>
    [Fact]
    public void ASilentServerGivesWayToTheNext()
    {
        var registrar = new RegistrarDouble(servers: 2);
        registrar.Answer = (flow, text) => flow == registrar.Flows[0] ? null : registrar.Usual(flow, text);
        var account = registrar.Register();
        registrar.RunFor(6);
        Assert.Equal(RegistrationState.Registered, account.State);
        Assert.Same(registrar.Flows[1], account.Flow);

        // It stays there: what answers is not left for what may.
        registrar.RunFor(2000);
        Assert.DoesNotContain(registrar.Registers, r => r.Flow == registrar.Flows[0] && (r.At - Instant.Zero).TotalSeconds > 6);
        Assert.Single(registrar.Changes);
    }

    [Fact]
    public void AServerThatGoesSilentWhileRegisteredGivesWayToTheNext()
    {
        var registrar = new RegistrarDouble(servers: 2) { Granted = 100 };
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Same(registrar.Flows[0], account.Flow);
        registrar.Answer = (flow, text) => flow == registrar.Flows[0] ? null : registrar.Usual(flow, text);
        registrar.RunFor(92);
        Assert.Same(registrar.Flows[1], account.Flow);
        Assert.Equal(RegistrationState.Registered, account.State);
    }

    [Fact]
    public void AServerThatRefusesGivesWayAtOnce()
    {
        var registrar = new RegistrarDouble(servers: 2);
        registrar.Answer = (flow, text) => flow == registrar.Flows[0] ? null : registrar.Usual(flow, text);
        var account = registrar.Register();
        registrar.Core.HandleTransportFailure(registrar.Now, registrar.Flows[0], TransportFailure.Refused);
        registrar.RunFor(0.1);
        Assert.Equal(RegistrationState.Registered, account.State);
        Assert.Same(registrar.Flows[1], account.Flow);
    }

    [Fact]
    public void AConnectionThatBreaksIsRegisteredAnewAtOnce()
    {
        var registrar = new RegistrarDouble(transport: SipTransport.Tls);
        var account = registrar.Register();
        registrar.RunFor(60);
        int before = registrar.Registers.Count();
        registrar.Core.HandleTransportFailure(registrar.Now, registrar.Flows[0], TransportFailure.Closed);
        Assert.Equal(RegistrationState.Registering, account.State);
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Registered, account.State);
        Assert.Equal(before + 1, registrar.Registers.Count());
        Assert.Equal(2, registrar.Changes.Count());
    }

    [Theory]
    [InlineData(false, 25)]
    [InlineData(true, 60)]
    public void TheWayIsKeptOpen(bool isReliable, int seconds)
    {
        var registrar = new RegistrarDouble(transport: isReliable ? SipTransport.Tls : SipTransport.Udp);
        registrar.Register();
        registrar.RunFor(505);
        var pings = registrar.Requests.Where(r => r.Text == "\r\n\r\n").ToList();
        Assert.Equal(505 / seconds, pings.Count);
    }

    /// <summary>What the challenge's Via says is known before the request that counts: one round trip less, and no other address is ever bound.</summary>
    [Fact]
    public void BehindANatTheAddressThatTheServerSeesIsTheContact()
    {
        var registrar = new RegistrarDouble { Seen = IPEndPoint.Parse("203.0.113.9:4711") };
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(2, registrar.Registers.Count());
        Assert.StartsWith("<sip:a1b2c3@203.0.113.9:4711>", RegistrarDouble.Header(registrar.Registers.Last().Text, "Contact"), StringComparison.Ordinal);
        Assert.Equal("sip:a1b2c3@203.0.113.9:4711", account.ContactUri(registrar.Flows[0]));
    }

    [Fact]
    public void WithoutAChallengeTheContactIsCorrectedAndTheWrongOneTakenBack()
    {
        var registrar = new RegistrarDouble { Seen = IPEndPoint.Parse("203.0.113.9:4711") };
        registrar.Answer = (_, text) => registrar.Granting(text);
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(2, registrar.Registers.Count());
        var contact = RegistrarDouble.Header(registrar.Registers.Last().Text, "Contact");
        Assert.StartsWith("<sip:a1b2c3@203.0.113.9:4711>", contact, StringComparison.Ordinal);
        Assert.EndsWith(", <sip:a1b2c3@192.0.2.1:5060>;expires=0", contact, StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Registered, account.State);
    }

    /// <summary>A NAT that gives each packet a port of its own is not followed for ever.</summary>
    [Fact]
    public void AnAddressThatNeverStaysIsCorrectedOnceARenewal()
    {
        var registrar = new RegistrarDouble();
        int port = 1024;
        registrar.Answer = (_, text) =>
        {
            registrar.Seen = new(IPAddress.Parse("203.0.113.9"), port++);
            return registrar.Granting(text);
        };
        registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(2, registrar.Registers.Count());
    }

    [Fact]
    public void WhoLeavesTakesTheBindingBack()
    {
        var registrar = new RegistrarDouble();
        var account = registrar.Register();
        registrar.RunFor(1);
        registrar.Core.Unregister(registrar.Now, account);
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Unregistered, account.State);
        Assert.Equal(0, RegistrarDouble.ExpiresOf(registrar.Registers.Last().Text));
        Assert.Contains("expires=0", RegistrarDouble.Header(registrar.Registers.Last().Text, "Contact"), StringComparison.Ordinal);
        registrar.RunFor(2000);
        Assert.Equal(3, registrar.Registers.Count());
        Assert.Equal(Instant.Never, registrar.Core.PollTimeout());
    }

    [Fact]
    public void WhoLeavesInMidRegistrationIsNotRegisteredAfterwards()
    {
        var registrar = new RegistrarDouble();
        var account = registrar.Register();
        registrar.Core.Unregister(registrar.Now, account);
        registrar.RunFor(40);
        Assert.Equal(RegistrationState.Unregistered, account.State);
        Assert.Equal(0, RegistrarDouble.ExpiresOf(registrar.Registers.Last().Text));
    }

    [Fact]
    public void AnotherNetworkIsRegisteredFromAtOnce()
    {
        var registrar = new RegistrarDouble();
        var account = registrar.Register();
        registrar.RunFor(1);
        registrar.Flows[0] = new(9, SipTransport.Udp, IPEndPoint.Parse("192.0.2.77:5060"), registrar.Flows[0].Remote);
        registrar.Core.RenewRegistrations(registrar.Now);
        registrar.RunFor(1);
        Assert.Same(registrar.Flows[0], account.Flow);
        var contact = RegistrarDouble.Header(registrar.Registers.Last().Text, "Contact");
        Assert.StartsWith("<sip:a1b2c3@192.0.2.77:5060>", contact, StringComparison.Ordinal);
        Assert.EndsWith("<sip:a1b2c3@192.0.2.1:5060>;expires=0", contact, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheRegistrarSaysOfTheWayIsTaken()
    {
        var registrar = new RegistrarDouble();
        registrar.Answer = (_, text) => registrar.Granting(text) + ";pub-gruu=\"sip:alice@example.org;gr=urn:uuid:1\"\r\nService-Route: <sip:edge.example.org;lr>, <sip:core.example.org;lr>";
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(["sip:edge.example.org;lr", "sip:core.example.org;lr"], account.Routes);
        Assert.Equal("sip:alice@example.org;gr=urn:uuid:1", account.ContactUri(registrar.Flows[0]));

        registrar.Answer = (_, _) => null;
        registrar.Core.Invite(registrar.Now, new SipInvite { Target = "sip:bob@example.net", Account = account });
        registrar.Drain();
        var invite = registrar.Requests.Last().Text;
        Assert.Contains("\r\nRoute: <sip:edge.example.org;lr>\r\nRoute: <sip:core.example.org;lr>\r\n", invite, StringComparison.Ordinal);
        Assert.Equal("<sip:alice@example.org;gr=urn:uuid:1>", RegistrarDouble.Header(invite, "Contact"));
        Assert.StartsWith("<sip:alice@example.org>;tag=", RegistrarDouble.Header(invite, "From"), StringComparison.Ordinal);
    }

    [Fact]
    public void TheOutboundProxyIsGoneThrough()
    {
        var registrar = new RegistrarDouble();
        registrar.Register(RegistrarDouble.Account() with { Proxy = "sip:proxy.example.org" });
        Assert.Equal("<sip:proxy.example.org;lr>", RegistrarDouble.Header(registrar.Registers.First().Text, "Route"));
    }

    [Theory]
    [InlineData("200 OK\r\nContact: <sip:somebody@192.0.2.66>;expires=1\r\nExpires: 300", 300)]
    [InlineData("200 OK", 600)]
    [InlineData("200 OK\r\nContact: nonsense, <<>>", 600)]
    [InlineData("200 OK\r\nExpires: 99999999999", 86400)]
    [InlineData("200 OK\r\nExpires: 1", 10)]
    public void WhateverAnAnswerListsTheTimeIsASaneOne(string answer, int seconds)
    {
        var registrar = new RegistrarDouble { Answer = (_, _) => answer };
        registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(registrar.Changes).Expires);
    }

    [Theory]
    [InlineData("302 Moved Temporarily\r\nContact: <sip:example.org>")]
    [InlineData("200 OK\r\nExpires: 0")]
    [InlineData("404 Not Found")]
    [InlineData("699 Nonsense")]
    public void WhatIsNoRegistrationIsToldAndTriedAgain(string answer)
    {
        var registrar = new RegistrarDouble { Answer = (_, _) => answer };
        var account = registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(RegistrationState.Failed, account.State);
        Assert.NotNull(Assert.Single(registrar.Changes).RetryIn);
        Assert.Single(registrar.Registers);
    }

    [Fact]
    public void ANameThatLeadsNowhereIsToldAndTriedAgain()
    {
        var registrar = new RegistrarDouble();
        registrar.Flows.Clear();
        registrar.Register();
        registrar.RunFor(1);
        Assert.Equal(503, Assert.Single(registrar.Changes).Status);
        registrar.RunFor(60);
        Assert.InRange(registrar.Changes.Count(), 3, 10);
    }
}
