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
        Assert.Equal(SourceVerdict.NewStream, latching.HandlePacket(At(0), Signalled, 1));
        Assert.Equal(SourceVerdict.Peer, latching.HandlePacket(At(20), Signalled, 1));
        Assert.Equal(Signalled, latching.Target);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MediaFollowsThePeerBehindATranslator(bool encrypted)
    {
        var latching = Begin(encrypted);
        Assert.Equal(SourceVerdict.PeerMoved, latching.HandlePacket(At(0), Natted, 1));
        Assert.Equal(Natted, latching.Target);
        Assert.Equal(SourceVerdict.Peer, latching.HandlePacket(At(20), Natted, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherSsrcFromAnotherAddressNeverTakesOver(bool encrypted)
    {
        var latching = Begin(encrypted);
        latching.HandlePacket(At(0), Signalled, 1);
        for (int i = 0; i < 100; i++)
            Assert.Equal(SourceVerdict.Stranger, latching.HandlePacket(At(i), Stranger, 2));
        Assert.Equal(Signalled, latching.Target);
        Assert.Equal(100, latching.Strangers);
    }

    [Fact]
    public void EncryptedMediaFollowsItsSsrcToANewAddressAtAnyTime()
    {
        var latching = Begin(encrypted: true);
        latching.HandlePacket(At(0), Signalled, 1);
        Assert.Equal(SourceVerdict.PeerMoved, latching.HandlePacket(At(60_000), Natted, 1));
        Assert.Equal(Natted, latching.Target);
    }

    [Fact]
    public void ClearMediaDoesNotFollowACopiedSsrc()
    {
        var latching = Begin(encrypted: false);
        latching.HandlePacket(At(0), Signalled, 1);
        Assert.Equal(SourceVerdict.Stranger, latching.HandlePacket(At(10), Stranger, 1));
        Assert.Equal(Signalled, latching.Target);
    }

    [Fact]
    public void TheSignalledAddressTakesOverFromAnEarlyStrangerOnlyAtTheStart()
    {
        var early = Begin(encrypted: false);
        early.HandlePacket(At(0), Stranger, 9);
        Assert.Equal(SourceVerdict.PeerMoved, early.HandlePacket(At(2_900), Signalled, 1));
        Assert.Equal(SourceVerdict.Stranger, early.HandlePacket(At(2_950), Stranger, 9));

        var late = Begin(encrypted: false);
        late.HandlePacket(At(0), Natted, 1);
        Assert.Equal(SourceVerdict.Stranger, late.HandlePacket(At(3_100), Signalled, 2));
    }

    [Fact]
    public void AnotherSsrcFromThePeersAddressIsTakenWithItsSecondPacket()
    {
        var latching = Begin(encrypted: false);
        latching.HandlePacket(At(0), Signalled, 1);
        Assert.Equal(SourceVerdict.Stranger, latching.HandlePacket(At(20), Signalled, 2));
        Assert.Equal(SourceVerdict.NewStream, latching.HandlePacket(At(40), Signalled, 2));
        Assert.Equal(2u, latching.Ssrc);
    }

    [Fact]
    public void ANewDescriptionWithAnotherAddressBeginsAnew()
    {
        var latching = Begin(encrypted: true);
        latching.HandlePacket(At(0), Signalled, 1);
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

    private static Instant At(double ms) => Instant.FromMilliseconds(ms);
}
