// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

/// <summary>A server behind its link; the peer is where it should be, behind a translator, or not the only one who speaks.</summary>
public sealed class DtlsLinkTests : IDatagramSender, IDisposable
{
    private static readonly PeerAddress Signalled = new(0, 0x0a000001, 4000, false, 0);
    private static readonly PeerAddress Natted = new(0, 0xc0000201, 5000, false, 0);
    private static readonly PeerAddress Stranger = new(0, 0xc6336401, 6000, false, 0);

    // Looks like a beginning, and is none.
    private static readonly byte[] Junk = Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(DtlsFragment.ClientHello, 100, 0, 0, new byte[100]));

    private readonly DtlsPair _pair = new();
    private readonly DtlsPair _strangers;
    private readonly DtlsLink _link;
    private readonly Dictionary<PeerAddress, DtlsSession> _peers = [];

    public DtlsLinkTests()
    {
        var liar = DtlsIdentity.CreateEphemeral();
        _strangers = new DtlsPair(client => client with { Identity = liar }, executor: _pair.Executor);
        _link = new DtlsLink(this);
        _link.Guard.UseSignalled(Signalled);
        _link.Use(_pair.Server);
    }

    public void Dispose()
    {
        _strangers.Dispose();
        _pair.Dispose();
    }

    bool IDatagramSender.Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => _peers.TryGetValue(to, out var peer) && peer.HandlePacket(datagram);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ThePeerIsHeardWhereItIs(bool behindATranslator)
    {
        _peers[behindATranslator ? Natted : Signalled] = _pair.Client;
        _pair.Client.Begin();
        _pair.Server.Begin();
        Assert.True(Carry(() => _pair.BothStand));
        Assert.Equal(behindATranslator ? Natted : Signalled, _link.Guard.Target);
        Assert.Equal(0, _pair.Server.Attempt);
    }

    [Fact]
    public void AHelloThatOvertakesTheAnswerWaitsForIt()
    {
        using var pair = new DtlsPair(client => client with { Resend = TimeSpan.FromSeconds(10), LargestDatagram = 120 });
        _link.Use(null);
        _peers[Natted] = pair.Client;
        pair.Client.Begin();
        Assert.True(Carry(() => pair.Client.State == DtlsState.Handshaking && pair.Executor.Running == 1));
        for (int i = 0; i < 20; i++)
            Carry(() => true);
        Assert.Equal(0, _link.Received);
        pair.Server.Begin();
        _link.Use(pair.Server);
        Assert.True(Carry(() => pair.BothStand));
        Assert.Equal(0, pair.Server.Attempt);
    }

    [Fact]
    public void AStrangerWhoIsFirstFailsByItsCertificateAndThePeerIsTakenAfterwards()
    {
        _peers[Stranger] = _strangers.Client;
        _peers[Natted] = _pair.Client;
        _pair.Server.Begin();
        _strangers.Client.Begin();
        Assert.True(Carry(() => _pair.Server.Attempt == 1));
        Assert.Null(_pair.Server.Outcome);
        _pair.Client.Begin();
        Assert.True(Carry(() => _pair.BothStand));
        Assert.Equal(Natted, _link.Guard.Target);
        Assert.Null(_strangers.Client.Keys);
    }

    [Fact]
    public void ThePeerAtItsSignalledAddressTakesOverFromAStrangerInMidHandshake()
    {
        _peers[Stranger] = _strangers.Client;
        _pair.Server.Begin();
        _strangers.Client.Begin();
        Assert.True(Carry(() => _pair.Server.State == DtlsState.Handshaking, mute: true));
        _peers[Signalled] = _pair.Client;
        _peers.Remove(Stranger);
        _pair.Client.Begin();
        Assert.True(Carry(() => _pair.BothStand));
        Assert.Equal(1, _pair.Server.Attempt);
        Assert.Equal(Signalled, _link.Guard.Target);
    }

    [Fact]
    public void AStrangersHelloThatWaitsBeforeThePeersEndsNothing()
    {
        _link.Use(null);
        _link.HandleDatagram(Stranger, Junk);
        _pair.Client.Begin();
        byte[] hello = new byte[1500];
        int length = 0;
        Assert.True(_pair.Until(() => (length = _pair.Client.PollTransmit(hello)) > 0, carry: false));
        _link.HandleDatagram(Signalled, hello.AsSpan(0, length));
        _peers[Signalled] = _pair.Client;
        _link.Use(_pair.Server); // both wait in its ring before any thread runs it
        _pair.Server.Begin();
        Assert.True(Carry(() => _pair.BothStand || _pair.Server.Outcome is not null));
        Assert.True(_pair.BothStand, $"{_pair.Server.Outcome}");
    }

    [Fact]
    public void ThePeerTakesOverWhereAStrangerLeftNoRoomToSaySo()
    {
        long before = -1;
        for (; _link.Received > before; _link.HandleDatagram(Stranger, Junk))
            before = _link.Received;
        _peers[Signalled] = _pair.Client;
        _pair.Client.Begin();
        Assert.True(Carry(() => _link.Guard.Target == Signalled));
        Assert.Equal(before, _link.Received);
        _pair.Server.Begin();
        Assert.True(Carry(() => _pair.BothStand || _pair.Server.Outcome is not null));
        Assert.True(_pair.BothStand, $"{_pair.Server.Outcome}");
    }

    [Fact]
    public void ThePeerItselfIsHeardAfterAsManyStrangersAsAreTried()
    {
        _pair.Server.Begin();
        for (int stranger = 1; stranger <= 2; stranger++)
        {
            _link.HandleDatagram(Stranger with { Port = (ushort)stranger }, Junk);
            int failed = stranger;
            Assert.True(Carry(() => _pair.Server.Attempt == failed && _pair.Server.State == DtlsState.Waiting));
        }

        _peers[Stranger] = _strangers.Client;
        _strangers.Client.Begin();
        Assert.True(Carry(() => _pair.Server.State == DtlsState.Handshaking, mute: true));
        _peers.Remove(Stranger);
        _peers[Signalled] = _pair.Client;
        _pair.Client.Begin();
        Assert.True(Carry(() => _pair.BothStand || _pair.Server.Outcome is not null));
        Assert.True(_pair.BothStand, $"{_pair.Server.Outcome}");
    }

    [Fact]
    public void StrangersWithoutEndCostThreeHandshakesAndNotTheCall()
    {
        _pair.Server.Begin();
        for (int attempt = 0; attempt < DtlsSourceGuard.MostStrangers; attempt++)
        {
            using var another = AnotherStranger(attempt);
            int before = attempt;
            Assert.True(Carry(() => _pair.Server.Attempt > before || _pair.Server.Outcome is not null));
        }

        using var tooMany = AnotherStranger(DtlsSourceGuard.MostStrangers);
        long strangers = _link.Guard.Strangers;
        Assert.True(Carry(() => _link.Guard.Strangers > strangers));
        Assert.Equal((DtlsState.Waiting, DtlsSourceGuard.MostStrangers), (_pair.Server.State, _pair.Server.Attempt));
        _peers[Signalled] = _pair.Client;
        _pair.Client.Begin();
        Assert.True(Carry(() => _pair.BothStand || _pair.Server.Outcome is not null));
        Assert.True(_pair.BothStand, $"{_pair.Server.Outcome}");
        Assert.Equal(Signalled, _link.Guard.Target);
    }

    [Fact]
    public void WhereOnlyAnotherCertificateWasSeenThatIsTheReasonNotSilence()
    {
        using var pair = new DtlsPair(null, server => server with { Timeout = TimeSpan.FromMilliseconds(200), IsAwaited = false }, executor: _pair.Executor);
        _link.Use(pair.Server);
        _peers[Stranger] = _strangers.Client;
        pair.Server.Begin();
        _strangers.Client.Begin();
        Assert.True(Carry(() => pair.Server is { Attempt: 1, State: DtlsState.Waiting }));
        pair.Server.Demand();
        Assert.True(Carry(() => pair.Server.Outcome is not null));
        Assert.Equal((1, DtlsFailure.FingerprintMismatch), (pair.Server.Attempt, pair.Server.Outcome!.Failure));
    }

    private DtlsPair AnotherStranger(int number)
    {
        var another = new DtlsPair(client => client with { Identity = DtlsIdentity.CreateEphemeral() }, executor: _pair.Executor);
        _peers[Stranger with { Port = (ushort)(6000 + number) }] = another.Client;
        another.Client.Begin();
        return another;
    }

    [Fact]
    public void TheSignalledPeerWithAnotherCertificateEndsItAtOnce()
    {
        _peers[Signalled] = _strangers.Client;
        _pair.Server.Begin();
        _strangers.Client.Begin();
        Assert.True(Carry(() => _pair.Server.State == DtlsState.Ended));
        Assert.Equal((0, DtlsFailure.FingerprintMismatch), (_pair.Server.Attempt, _pair.Server.Outcome!.Failure));
    }

    [Fact]
    public void WhatStrangersForgeReachesNoHandshake()
    {
        _link.Guard.UseValidated(address => address == Natted, Natted);
        _peers[Natted] = _pair.Client;
        _pair.Client.Begin();
        _pair.Server.Begin();
        Assert.True(Carry(() =>
        {
            foreach (byte[] forged in Forgeries())
                _link.HandleDatagram(Stranger, forged);
            return _pair.BothStand;
        }));
        Assert.True(_link.Guard.Strangers > 0);
        Assert.InRange(_link.Received, 2, 30);
    }

    [Fact]
    public void WhatIsForgedWithThePeersAddressEndsNoHandshakeEither()
    {
        _peers[Signalled] = _pair.Client;
        _pair.Server.Begin();
        foreach (byte[] forged in Forgeries())
            _link.HandleDatagram(Signalled, forged);
        _pair.Client.Begin();
        Assert.True(Carry(() => _pair.BothStand || _pair.Server.Outcome is not null, forgedToo: true));
        Assert.True(_pair.BothStand, $"{_pair.Server.Outcome}");
    }

    [Fact]
    public void AnotherAssociationTakesThePlaceOfTheFirstWhichStillSaysGoodbye()
    {
        _peers[Signalled] = _pair.Client;
        _pair.Client.Begin();
        _pair.Server.Begin();
        Assert.True(Carry(() => _pair.BothStand));

        using var next = new DtlsPair(client => client with { Epoch = 2 }, server => server with { Epoch = 2 }, _pair.Executor);
        _peers[Signalled] = next.Client;
        _link.Use(next.Server);
        next.Begin();
        Assert.True(Carry(() => next.BothStand));
        Assert.Equal((2, 2), (next.Client.Keys!.Epoch, next.Server.Keys!.Epoch));
        Assert.False(next.Server.Keys.Local.Key.SequenceEqual(_pair.Server.Keys!.Local.Key));

        long sent = _link.Sent;
        _pair.Server.Cancel();
        Assert.True(Carry(() => _link.Sent > sent));
        Assert.Equal(DtlsState.Established, next.Client.State); // an old goodbye ends nothing new
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGoodbyeToAPhoneThatRangIsNotSaidToTheOneThatTookTheCall(bool byIce)
    {
        _peers[Signalled] = _pair.Client;
        if (byIce)
            _link.Guard.UseValidated(address => address == Signalled, Signalled);
        _pair.Begin();
        Assert.True(Carry(() => _pair.BothStand));

        using var next = new DtlsPair(client => client with { Epoch = 2 }, server => server with { Epoch = 2 }, _pair.Executor);
        _peers[Natted] = next.Client;
        if (byIce)
            _link.Guard.UseValidated(address => address == Natted, default); // no way to it yet
        else
            _link.Guard.UseSignalled(Natted);
        next.Server.Begin();
        _link.Use(next.Server);
        long sent = _link.Sent;
        _pair.Server.Cancel();
        Assert.True(Carry(() => _pair.Server.State == DtlsState.Ended) && Carry(() => true)); // all that it had to say is out
        if (byIce)
        {
            _link.Guard.UseValidated(address => address == Natted, Natted);
            _link.HandlePath();
        }

        Assert.Equal(sent, _link.Sent);
        next.Client.Begin();
        Assert.True(Carry(() => next.BothStand));
    }

    [Fact]
    public void TheWorkersHalfDoesNotAllocate()
    {
        ThePeerIsHeardWhereItIs(behindATranslator: true);
        Assert.True(Carry(() => _pair.Executor.Running == 0));
        byte[] hello = Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(DtlsFragment.ClientHello, 100, 0, 0, new byte[100]));
        SteadyState.AllocatesNothing(150, () =>
        {
            _link.HandleDatagram(Stranger, hello);
            _link.HandleDatagram(Natted, hello);
            _link.Transmit();
        });
    }

    private static IEnumerable<byte[]> Forgeries() =>
    [
        Records.Make(DtlsRecord.Alert, 0, 0xFFFF_0000_0000, 2, 40),
        Records.Make(DtlsRecord.Alert, 0, 1, 1, 0),
        Records.Make(DtlsRecord.ChangeCipherSpec, 0, 0xFFFF_FFFF_FFF0, 1),
        Records.Make(DtlsRecord.Handshake, 0, 0xFFFF_FFFF_FFF1, Records.Fragment(20, 12, 9, 0, new byte[12])),
        Records.Make(DtlsRecord.Handshake, 1, 0xFFFF_FFFF_FFF1, new byte[40]),
        Records.Make(DtlsRecord.Alert, 1, 7, new byte[26]),
        Records.Make(23, 0, 3, new byte[40]),
        [22, 0xFE, 0xFD, 0, 0],
    ];

    // Everybody's datagrams, until something holds.
    private bool Carry(Func<bool> holds, bool mute = false, bool forgedToo = false) => _pair.Until(
        () =>
        {
            byte[] buffer = new byte[1500];
            foreach (var (from, peer) in _peers)
            {
                for (int length; (length = peer.PollTransmit(buffer)) > 0;)
                {
                    _link.HandleDatagram(from, buffer.AsSpan(0, length));
                    foreach (byte[] forged in forgedToo ? Forgeries() : [])
                        _link.HandleDatagram(from, forged);
                }
            }

            if (mute)
                DrainToNobody();
            else
                _link.Transmit();
            return holds();
        },
        carry: false);

    private void DrainToNobody()
    {
        var kept = new Dictionary<PeerAddress, DtlsSession>(_peers);
        _peers.Clear();
        _link.Transmit();
        foreach (var (address, peer) in kept)
            _peers[address] = peer;
    }
}
