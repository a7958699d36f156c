// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Transport;

public class LatchingTests
{
    private static readonly PeerAddress Signalled = new(0, 0x0a000001, 4000, false, 0);
    private static readonly PeerAddress Natted = new(0, 0xc0000201, 5000, false, 0);
    private static readonly PeerAddress Stranger = new(0, 0xc6336401, 6000, false, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MediaGoesWhereTheDescriptionSaysUntilThePeerIsHeard(bool encrypted)
    {
        var latching = Begin(encrypted);
        Assert.Equal(Signalled, latching.Target);
        Assert.Equal(SourceVerdict.NewStream, Hear(latching, 0, Signalled, 1, 0 / 20));
        Assert.Equal(SourceVerdict.Peer, Hear(latching, 20, Signalled, 1, 20 / 20));
        Assert.Equal(Signalled, latching.Target);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MediaFollowsThePeerBehindATranslator(bool encrypted)
    {
        var latching = Begin(encrypted);
        // In clear nothing but a stream proves that it is one.
        for (ushort i = 0; i < (encrypted ? 0 : 2); i++)
            Assert.Equal(SourceVerdict.Stranger, Hear(latching, i * 20, Natted, 1, i));
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 40, Natted, 1, 2));
        Assert.Equal(Natted, latching.Target);
        Assert.Equal(SourceVerdict.Peer, Hear(latching, 60, Natted, 1, 3));
    }

    [Fact]
    public void AStrayPacketInClearDoesNotLockThePeerBehindATranslatorOut()
    {
        var latching = Begin(encrypted: false);
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 0, Stranger, 9, 500));
        Assert.Equal(Signalled, latching.Target);
        Hear(latching, 20, Natted, 1, 0);
        Hear(latching, 25, Stranger, 9, 700); // and in between
        Hear(latching, 40, Natted, 1, 1);
        Hear(latching, 60, Natted, 1, 2);
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 80, Natted, 1, 3));
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 90, Stranger, 9, 701));
    }

    [Fact]
    public void AStrangerInClearNeverTakesOverFromTheSignalledAddress()
    {
        var latching = Begin(encrypted: false);
        Hear(latching, 0, Signalled, 1, 10);
        for (ushort i = 0; i < 100; i++)
        {
            Hear(latching, i * 20, Signalled, 1, (ushort)(11 + i));
            Assert.Equal(SourceVerdict.Stranger, Hear(latching, i * 20, Stranger, 2, i));
            Assert.Equal(SourceVerdict.Stranger, Hear(latching, i * 20, Stranger, 1, (ushort)(20 + i))); // not even with the peer's SSRC
        }

        Assert.Equal(Signalled, latching.Target);
        Assert.Equal(200, latching.Strangers);
    }

    [Fact]
    public void TheSignalledAddressTakesOverFromAStrangerHoweverLateItIsHeard()
    {
        var latching = Begin(encrypted: false);
        for (ushort i = 0; i < 1000; i++)
            Hear(latching, i * 20, Stranger, 9, i);
        Assert.Equal(Stranger, latching.Target);
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 20_000, Signalled, 1, 1));
        Assert.Equal(Signalled, latching.Target);
        Assert.Equal(1u, latching.Ssrc);
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 20_010, Stranger, 9, 1001));
    }

    [Fact]
    public void AStreamInClearIsFollowedWhenItsTranslatorForgotItsMapping()
    {
        var latching = Begin(encrypted: false);
        for (ushort i = 0; i < 3; i++)
            Hear(latching, 0, Natted, 1, (ushort)(65_528 + i));
        var rebound = Natted with { Port = 5001 };
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 1_000, rebound, 1, 44)); // the old address may still speak
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 2_500, rebound, 2, 50)); // another stream
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 2_500, rebound, 1, 30_000)); // the number of a guess
        for (int i = 0; i < 10; i++)
            Assert.Equal(SourceVerdict.Stranger, Hear(latching, 2_500, rebound, 1, 119)); // one packet, copied
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 2_520, rebound, 1, 120));
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 2_540, rebound, 1, 121));
        Assert.Equal(rebound, latching.Target);
    }

    [Fact]
    public void EncryptedMediaFollowsItsSsrcToANewAddressAtAnyTime()
    {
        var latching = Begin(encrypted: true);
        Hear(latching, 0, Signalled, 1, 1);
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 60_000, Natted, 1, 3000));
        Assert.Equal(Natted, latching.Target);
    }

    [Fact]
    public void APacketThatComesLateFromTheOldAddressDoesNotTurnEncryptedMediaBack()
    {
        var latching = Begin(encrypted: true);
        Hear(latching, 0, Signalled, 1, 65_534);
        Hear(latching, 40, Natted, 1, 0);
        Assert.Equal(SourceVerdict.Peer, Hear(latching, 41, Signalled, 1, 65_535));
        Assert.Equal(Natted, latching.Target);
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 60, Signalled, 1, 1)); // it did go back
    }

    [Fact]
    public void AuthenticatedMediaOfAnotherSourceFromElsewhereIsTakenWithItsSecondPacket()
    {
        var latching = Begin(encrypted: true);
        Hear(latching, 0, Signalled, 1, 7);
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 20, Natted, 2, 1));
        Assert.Equal(SourceVerdict.PeerMoved, Hear(latching, 40, Natted, 2, 2));
        Assert.Equal(Natted, latching.Target);
        Assert.Equal(2u, latching.Ssrc);
    }

    [Fact]
    public void AnotherSsrcFromThePeersAddressIsTakenWithItsSecondPacket()
    {
        var latching = Begin(encrypted: false);
        Hear(latching, 0, Signalled, 1, 0 / 20);
        Assert.Equal(SourceVerdict.Stranger, Hear(latching, 20, Signalled, 2, 20 / 20));
        Assert.Equal(SourceVerdict.NewStream, Hear(latching, 40, Signalled, 2, 40 / 20));
        Assert.Equal(2u, latching.Ssrc);
    }

    [Fact]
    public void ANewDescriptionWithAnotherAddressBeginsAnew()
    {
        var latching = Begin(encrypted: true);
        Hear(latching, 0, Signalled, 1, 0 / 20);
        latching.SetSignalled(Signalled, encrypted: true);
        Assert.Equal(1u, latching.Ssrc);
        latching.SetSignalled(Natted, encrypted: true);
        Assert.Null(latching.Ssrc);
        Assert.Equal(Natted, latching.Target);
    }

    private static Latching Begin(bool encrypted)
    {
        var latching = new Latching();
        latching.SetSignalled(Signalled, encrypted);
        return latching;
    }

    private static SourceVerdict Hear(Latching latching, double ms, PeerAddress from, uint ssrc, ushort sequence) =>
        latching.HandlePacket(At(ms), from, ssrc, sequence);

    private static Instant At(double ms) => Instant.FromMilliseconds(ms);
}
