// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

public class DtlsSourceGuardTests
{
    private static readonly PeerAddress Signalled = new(0, 0x0a000001, 4000, false, 0);
    private static readonly PeerAddress Natted = new(0, 0xc0000201, 5000, false, 0);
    private static readonly PeerAddress Stranger = new(0, 0xc6336401, 6000, false, 0);
    private static readonly byte[] Hello = Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(DtlsFragment.ClientHello, 100, 0, 0, new byte[100]));
    private static readonly byte[] ServerHello = Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(DtlsFragment.ServerHello, 80, 0, 0, new byte[80]));
    private static readonly byte[] Later = Records.Make(DtlsRecord.Handshake, 0, 3, Records.Fragment(16, 60, 2, 0, new byte[60]));
    private static readonly byte[] Alert = Records.Make(DtlsRecord.Alert, 0, 1, 2, 40);

    [Fact]
    public void WithIceAnyValidatedPairCountsAndNothingElse()
    {
        var guard = new DtlsSourceGuard();
        guard.UseValidated(address => address == Natted || address == Signalled, Signalled);
        Assert.Equal(DtlsSource.Peer, Judge(guard, Natted, Later));
        Assert.Equal(DtlsSource.Peer, Judge(guard, Signalled, Alert));
        Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, Hello));
        Assert.Equal(Signalled, guard.Target);
        Assert.True(guard.IsProven);
        Assert.Equal(1, guard.Strangers);
    }

    [Fact]
    public void WithoutIceTheSignalledAddressCounts()
    {
        var guard = Begin();
        Assert.Equal(DtlsSource.Peer, Judge(guard, Signalled, Later));
        Assert.True(guard.IsProven);
        Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, Hello));
        Assert.Equal(Signalled, guard.Target);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BehindATranslatorTheFirstPlausibleBeginningCounts(bool weAreClient)
    {
        var guard = Begin();
        byte[] beginning = weAreClient ? ServerHello : Hello;
        foreach (byte[] implausible in new[] { Later, Alert, weAreClient ? Hello : ServerHello, Hello[..20], [], [22] })
            Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, implausible, weAreClient));
        Assert.Equal(DtlsSource.Peer, Judge(guard, Natted, beginning, weAreClient));
        Assert.Equal(DtlsSource.Peer, Judge(guard, Natted, Later, weAreClient));
        Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, beginning, weAreClient)); // one at a time
        Assert.Equal(Natted, guard.Target);
        Assert.False(guard.IsProven);
    }

    [Fact]
    public void TheSignalledAddressTakesOverFromWhoeverWasFirst()
    {
        var guard = Begin();
        Judge(guard, Stranger, Hello);
        Assert.Equal(DtlsSource.PeerAfterStranger, Judge(guard, Signalled, Hello));
        Assert.Equal(DtlsSource.Peer, Judge(guard, Signalled, Later));
        Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, Hello));
        Assert.True(guard.IsProven);
    }

    [Fact]
    public void WhoFailedIsNotTakenAgain()
    {
        var guard = Begin();
        Judge(guard, Stranger, Hello);
        guard.Refuse();
        Assert.Equal(Signalled, guard.Target);
        Assert.Equal(DtlsSource.Stranger, Judge(guard, Stranger, Hello));
        Assert.Equal(DtlsSource.Peer, Judge(guard, Natted, Hello));
    }

    [Fact]
    public void OnceItStandsOnlyItsPeerCounts()
    {
        var guard = Begin();
        Judge(guard, Natted, Hello);
        Assert.Equal(DtlsSource.Stranger, guard.Judge(Signalled, Hello, weAreClient: false, isSettled: true));
        Assert.Equal(DtlsSource.Peer, guard.Judge(Natted, Later, weAreClient: false, isSettled: true));
        Assert.Equal(Natted, guard.Target);
    }

    [Fact]
    public void TheSameDescriptionAgainChangesNothing()
    {
        var guard = Begin();
        Judge(guard, Natted, Hello);
        guard.UseSignalled(Signalled);
        Assert.Equal(Natted, guard.Target);
        guard.UseSignalled(Stranger);
        Assert.Equal(Stranger, guard.Target);
    }

    private static DtlsSourceGuard Begin()
    {
        var guard = new DtlsSourceGuard();
        guard.UseSignalled(Signalled);
        return guard;
    }

    private static DtlsSource Judge(DtlsSourceGuard guard, PeerAddress from, byte[] datagram, bool weAreClient = false) =>
        guard.Judge(from, datagram, weAreClient, isSettled: false);
}
