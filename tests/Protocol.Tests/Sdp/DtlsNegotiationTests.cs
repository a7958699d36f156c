// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Tests.Sdp;

public class DtlsNegotiationTests
{
    private static readonly FingerprintSet Alice = new(Fingerprint.Of([1]));
    private static readonly FingerprintSet Bob = new(Fingerprint.Of([2]));

    [Fact]
    public void TheAnswererBegins()
    {
        var (alice, bob) = Exchange();
        Assert.False(alice.Current!.IsClient);
        Assert.True(bob.Current!.IsClient);
        Assert.Equal(DtlsChanges.First, alice.Current.Changes);
        Assert.Equal(1, alice.Current.Association);
        Assert.Equal(Bob, alice.Current.Peer);
        Assert.Equal(Alice, bob.Current.Peer);
        Assert.Equal(alice.Current.OurTlsId, bob.Current.PeerTlsId);
        Assert.NotEqual(alice.Current.OurTlsId, alice.Current.PeerTlsId);
    }

    [Theory]
    [InlineData("active", false)]
    [InlineData("passive", true)]
    [InlineData("actpass", false)] // as browsers offer: the profile is ours to choose
    public void WhoBeginsIsTheOffersToSay(string setup, bool weBegin)
    {
        var bob = new DtlsNegotiation(Bob, new Counting());
        Assert.True(SetupRoles.TryParse(System.Text.Encoding.ASCII.GetBytes(setup), out var role));
        Assert.Equal(weBegin, bob.HandleOffer(new(Alice, role, null, null), out var answer).IsClient);
        Assert.Equal(weBegin ? SetupRole.Active : SetupRole.Passive, answer.Setup);
        Assert.Null(answer.TlsId);
    }

    [Fact]
    public void AHoldKeepsTheAssociation()
    {
        var (alice, bob) = Exchange();
        Again(alice, bob);
        Assert.False(alice.Current!.IsNew);
        Assert.False(bob.Current!.IsNew);
        Again(bob, alice); // whoever offers: the roles stay
        Assert.False(alice.Current.IsNew);
        Assert.False(bob.Current.IsNew);
        Assert.False(alice.Current.IsClient);
        Assert.True(bob.Current.IsClient);
        Assert.Equal(1, bob.Current.Association);
    }

    [Fact]
    public void AnotherNameAsksForAnotherAssociation()
    {
        var (alice, bob) = Exchange();
        Again(alice, bob, renew: true);
        Assert.Equal(DtlsChanges.TlsId, alice.Current!.Changes);
        Assert.Equal(DtlsChanges.TlsId, bob.Current!.Changes);
        Assert.Equal((2, 2), (alice.Current.Association, bob.Current.Association));
    }

    [Fact]
    public void AnotherCertificateAsksForAnotherAssociation()
    {
        var (alice, bob) = Exchange();
        alice.Ours = new(Fingerprint.Of([3]));
        Again(alice, bob);
        Assert.True(alice.Current!.Changes.HasFlag(DtlsChanges.OurFingerprint));
        Assert.True(bob.Current!.Changes.HasFlag(DtlsChanges.PeerFingerprint));
        Assert.Equal(alice.Ours, bob.Current.Peer);
    }

    [Fact]
    public void ChangedPlacesAskForAnotherAssociation()
    {
        var (_, bob) = Exchange();
        var reversed = bob.HandleOffer(new(Alice, SetupRole.Active, bob.Current!.PeerTlsId, null), out var answer);
        Assert.True(reversed.Changes.HasFlag(DtlsChanges.Role));
        Assert.Equal(SetupRole.Passive, answer.Setup);
        Assert.NotEqual(bob.Current.PeerTlsId, answer.TlsId);
    }

    [Fact]
    public void RestartingIceKeepsTheAssociation()
    {
        var bob = new DtlsNegotiation(Bob, new Counting());
        bob.HandleOffer(new(Alice, SetupRole.ActPass, null, "abcd"), out _);
        var restarted = bob.HandleOffer(new(Alice, SetupRole.ActPass, null, "efgh"), out _);
        Assert.True(restarted.IceRestarted);
        Assert.False(restarted.IsNew);
        Assert.False(restarted.IsClient);
    }

    [Fact]
    public void APeerWithoutNamesIsToldByItsFingerprintAlone()
    {
        var alice = new DtlsNegotiation(Alice, new Counting());
        alice.CreateOffer();
        alice.HandleAnswer(new(Bob, SetupRole.Active, null, null));
        alice.CreateOffer(renew: true);
        Assert.False(alice.HandleAnswer(new(Bob, SetupRole.Active, null, null)).IsNew);
        alice.CreateOffer();
        Assert.Equal(DtlsChanges.PeerFingerprint, alice.HandleAnswer(new(Alice, SetupRole.Active, null, null)).Changes);
    }

    [Fact]
    public void TheSameAnswerAgainChangesNothing()
    {
        var alice = new DtlsNegotiation(Alice, new Counting());
        alice.CreateOffer();
        var answer = new DtlsDescription(Bob, SetupRole.Active, new string('b', 30), null);
        Assert.True(alice.HandleAnswer(answer).IsNew);
        Assert.False(alice.HandleAnswer(answer).IsNew);
    }

    [Fact]
    public void AnOfferThatIsTakenBackLeavesWhatStands()
    {
        var (alice, bob) = Exchange();
        var before = alice.Current;
        alice.CreateOffer(renew: true);
        alice.Rollback();
        Assert.Same(before, alice.Current);
        Assert.Throws<InvalidOperationException>(() => alice.HandleAnswer(new(Bob, SetupRole.Active, null, null)));
        Again(alice, bob);
        Assert.False(bob.Current!.IsNew);
    }

    [Theory]
    [InlineData("UDP/TLS/RTP/SAVPF", true)]
    [InlineData("UDP/TLS/RTP/SAVP", true)]
    [InlineData("RTP/SAVPF", true)]
    [InlineData("RTP/SAVP", true)]
    [InlineData("RTP/AVP", false)]
    [InlineData("UDP/BFCP", false)]
    public void DtlsIsAskedForByTheTransportOrByAFingerprint(string profile, bool asked)
    {
        var description = Parse(profile, "a=" + Fingerprint.Of([1]).ToAttribute(), "a=setup:actpass");
        Assert.Equal(asked, DtlsDescription.IsAskedFor(description, description.Media[0]));
        var sdes = Parse(profile, "a=crypto:1 " + SdpSamples.Suite80 + " inline:" + SdpSamples.KeyA);
        Assert.Equal(profile.StartsWith("UDP/TLS", StringComparison.Ordinal), DtlsDescription.IsAskedFor(sdes, sdes.Media[0]));
    }

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var offered = new DtlsNegotiation(Alice, new Counting()).CreateOffer();
        var description = Parse(DtlsDescription.OfferedProfile, [.. offered.ToAttributes().Select(line => "a=" + line), "a=ice-ufrag:abcd"]);
        Assert.Equal(DtlsProblem.None, DtlsDescription.Read(description, description.Media[0], isOffer: true, out var read));
        Assert.Equal(offered with { IceFragment = "abcd" }, read);
    }

    [Theory]
    [InlineData("holdconn", true, "UnusableSetup")]
    [InlineData("whoever", true, "UnusableSetup")]
    [InlineData("actpass", false, "UnusableSetup")]
    [InlineData("ACTIVE", false, "None")]
    public void SetupsThatNothingBeginsWithAreRefused(string setup, bool isOffer, string problem)
    {
        var description = Parse(DtlsDescription.OfferedProfile, "a=" + Fingerprint.Of([1]).ToAttribute(), "a=setup:" + setup);
        Assert.Equal(problem, DtlsDescription.Read(description, description.Media[0], isOffer, out _).ToString());
    }

    [Fact]
    public void WithoutFingerprintThereIsNoPeer()
    {
        var description = Parse(DtlsDescription.OfferedProfile, "a=setup:actpass");
        Assert.Equal(DtlsProblem.NoFingerprint, DtlsDescription.Read(description, description.Media[0], isOffer: true, out _));
    }

    [Fact]
    public void WhatIsNotSaidIsActiveInAnOfferAndPassiveInAnAnswer()
    {
        var description = Parse(DtlsDescription.OfferedProfile, "a=" + Fingerprint.Of([1]).ToAttribute(), "a=tls-id:short");
        DtlsDescription.Read(description, description.Media[0], isOffer: true, out var offer);
        DtlsDescription.Read(description, description.Media[0], isOffer: false, out var answer);
        Assert.Equal((SetupRole.Active, SetupRole.Passive), (offer!.Setup, answer!.Setup));
        Assert.Null(offer.TlsId);
    }

    [Fact]
    public void MutatedAttributesNeverThrow()
    {
        var random = new Random(FuzzSeed.Or(8842));
        var lines = string.Join("\r\na=", new DtlsNegotiation(Alice, new Counting()).CreateOffer().ToAttributes());
        for (var round = 0; round < 5_000; round++)
        {
            var text = SdpSamples.Described("m=audio 5 UDP/TLS/RTP/SAVPF 0", "a=" + lines, "a=ice-ufrag:abcd");
            for (var edits = random.Next(1, 5); edits > 0; edits--) text[random.Next(60, text.Length)] = (byte)random.Next(256);
            if (!SessionDescription.TryParse(text, out var description, out _) || description!.Media.Length == 0) continue;
            if (DtlsDescription.Read(description, description.Media[0], isOffer: true, out var read) != DtlsProblem.None) continue;
            new DtlsNegotiation(Bob, new Counting()).HandleOffer(read!, out var answer);
            Assert.NotEmpty(answer.ToAttributes());
        }
    }

    private static SessionDescription Parse(string profile, params string[] attributes) =>
        SdpSamples.Parse(SdpSamples.Described([$"m=audio 5 {profile} 0", .. attributes]));

    private static (DtlsNegotiation Alice, DtlsNegotiation Bob) Exchange()
    {
        var (alice, bob) = (new DtlsNegotiation(Alice, new Counting()), new DtlsNegotiation(Bob, new Counting(100)));
        Again(alice, bob);
        return (alice, bob);
    }

    private static void Again(DtlsNegotiation offerer, DtlsNegotiation answerer, bool renew = false)
    {
        answerer.HandleOffer(offerer.CreateOffer(renew), out var answer);
        offerer.HandleAnswer(answer);
    }

    private sealed class Counting(byte next = 0) : IRandomSource
    {
        private byte _next = next;

        public void Fill(Span<byte> bytes) => bytes.Fill(_next++);
    }
}
