// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Dtls;

/// <summary>Whole handshakes against ourselves, over a wire that behaves and one that does not.</summary>
public class DtlsHandshakeTests
{
    [Fact]
    public void BothSidesComeToTheSameKeys()
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        var (client, server) = (pair.Client.Keys!, pair.Server.Keys!);
        Assert.Equal(SrtpProfile.AeadAes128Gcm, client.Profile);
        Assert.Equal(client.Profile, server.Profile);
        Assert.Equal(client.Local.Key, server.Remote.Key);
        Assert.Equal(client.Local.Salt, server.Remote.Salt);
        Assert.Equal(client.Remote.Key, server.Local.Key);
        Assert.Equal(client.Remote.Salt, server.Local.Salt);
        Assert.False(client.Local.Key.SequenceEqual(client.Remote.Key));
        Assert.Equal(DtlsPair.Bob.Fingerprint, client.PeerFingerprint);
        Assert.Equal(DtlsPair.Alice.Fingerprint, server.PeerFingerprint);
    }

    [Theory]
    [InlineData("AEAD_AES_128_GCM", 56)]
    [InlineData("AEAD_AES_256_GCM", 88)]
    [InlineData("AES_CM_128_HMAC_SHA1_80", 60)]
    public void EveryProfileCarriesPackets(string name, int exported)
    {
        Assert.True(SrtpProfile.TryFind(name, out var profile));
        Assert.Equal(exported, DtlsKeys.ExportedLength(profile));
        using var pair = new DtlsPair(client => client with { Profiles = [profile] }).Begin();
        pair.Stands();
        Assert.Equal(profile, pair.Server.Keys!.Profile);
        using var sender = SrtpContext.ForSending(pair.Client.Keys!.Local);
        using var receiver = SrtpContext.ForReceiving(pair.Server.Keys.Remote);
        byte[] packet = new byte[100];
        packet[0] = 0x80;
        packet[50] = 7;
        Assert.True(sender.TryProtectRtp(packet, 60, out int length));
        Assert.True(receiver.TryUnprotectRtp(packet.AsSpan(0, length), out length));
        Assert.Equal((60, (byte)7), (length, packet[50]));
    }

    [Fact]
    public void TheServersOrderOfProfilesDecides()
    {
        using var pair = new DtlsPair(
            client => client with { Profiles = [SrtpProfile.AesCm128HmacSha1Tag80, SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm] },
            server => server with { Profiles = [SrtpProfile.AeadAes256Gcm, SrtpProfile.AesCm128HmacSha1Tag80] }).Begin();
        pair.Stands();
        Assert.Equal(SrtpProfile.AeadAes256Gcm, pair.Client.Keys!.Profile);
    }

    [Fact]
    public void AFlightIsOneDatagram()
    {
        using var pair = new DtlsPair(terms => terms with { Resend = TimeSpan.FromSeconds(5) }, terms => terms with { Resend = TimeSpan.FromSeconds(5) }).Begin();
        pair.Stands();
        Assert.Equal((2, 2), (pair.SentByClient.Count, pair.SentByServer.Count));
        Assert.All(pair.SentByClient.Concat(pair.SentByServer), datagram => Assert.True(datagram.Length <= 1200));
        Assert.True(Records.Of(pair.SentByServer[0]).Count >= 5);
    }

    [Fact]
    public void AHandshakeFitsThroughASmallPath()
    {
        using var pair = new DtlsPair(terms => terms with { LargestDatagram = 272 }, terms => terms with { LargestDatagram = 272 }).Begin();
        pair.Stands();
        Assert.All(pair.SentByClient.Concat(pair.SentByServer), datagram => Assert.True(datagram.Length <= 272));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AClientHelloInFragmentsIsAnswered(bool turnedAround)
    {
        using var pair = new DtlsPair();
        pair.ToServer = datagram => turnedAround ? Records.Cut(datagram, 90).Reverse() : Records.Cut(datagram, 90);
        pair.Begin().Stands();
    }

    [Fact]
    public void ReorderedAndRepeatedDatagramsDoNoHarm()
    {
        using var pair = new DtlsPair(terms => terms with { LargestDatagram = 300 }, terms => terms with { LargestDatagram = 300 });
        var random = new Random(5764);
        byte[]? kept = null;
        IEnumerable<byte[]> Shuffle(byte[] datagram)
        {
            var before = kept;
            kept = random.Next(2) == 0 ? datagram : null;
            return before is null ? kept is null ? [datagram, datagram] : [] : kept is null ? [datagram, before] : [before, before];
        }

        pair.ToServer = Shuffle;
        pair.Begin().Stands();
    }

    [Fact]
    public void ACertificateVerifyBehindTheChangeCipherSpecIsWaitedFor()
    {
        using var pair = new DtlsPair();
        int split = 0;
        pair.ToServer = datagram =>
        {
            var records = Records.Of(datagram);
            if (split > 0 || !records.Any(record => Records.IsHandshake(record, DtlsFragment.CertificateVerify)))
                return [datagram];
            split++;
            var verify = records.Where(record => Records.IsHandshake(record, DtlsFragment.CertificateVerify));
            return [Records.Joined(records.Except(verify)), .. verify];
        };
        pair.Begin().Stands();
        Assert.Equal(1, split);
    }

    [Fact]
    public void ALostLastFlightIsSentAgainWithoutAThread()
    {
        using var pair = new DtlsPair();
        int lost = 0;
        pair.ToClient = datagram => Records.Of(datagram).Any(record => Records.IsType(record, DtlsRecord.ChangeCipherSpec)) && lost++ < 3 ? [] : [datagram];
        pair.Begin();
        Assert.True(pair.Until(() => pair.Server.State == DtlsState.Established));
        pair.Stands();
        Assert.True(lost >= 4);
        Assert.True(pair.Until(() => pair.Executor.Running == 0));
        Assert.Equal(pair.Client.Keys!.Local.Key, pair.Server.Keys!.Remote.Key);
    }

    [Fact]
    public void AHundredHandshakesThroughHeavyLossAllEnd()
    {
        using var executor = new DtlsExecutor();
        var failed = new List<string>();
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 25 }, seed =>
        {
            using var pair = new DtlsPair(executor: executor);
            var random = new Random(seed);
            pair.ToServer = pair.ToClient = datagram => random.Next(5) == 0 ? [] : [datagram];
            if (pair.Begin().Until(() => pair.BothStand || pair.Client.Outcome is not null || pair.Server.Outcome is not null) && pair.BothStand)
                return;
            lock (failed)
                failed.Add($"{seed}: {pair.Client.Outcome} {pair.Server.Outcome}");
        });
        Assert.Empty(failed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherCertificateThanTheDescribedOneEndsIt(bool clientLies)
    {
        var other = DtlsIdentity.CreateEphemeral();
        using var pair = new DtlsPair(
            terms => clientLies ? terms with { Identity = other } : terms,
            terms => clientLies ? terms : terms with { Identity = other }).Begin();
        Assert.True(pair.Until(() => pair.BothEnded));
        var (liar, other2) = clientLies ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        Assert.Equal(DtlsFailure.FingerprintMismatch, other2.Outcome!.Failure);
        Assert.Equal((DtlsFailure.PeerAlert, 42), (liar.Outcome!.Failure, liar.Outcome.Alert));
        Assert.Null(pair.Client.Keys);
        Assert.Null(pair.Server.Keys);
        Assert.Contains("another certificate", other2.Outcome.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FingerprintHash.Sha384)]
    [InlineData(FingerprintHash.Sha512)]
    internal void FingerprintsOfLongerHashesAreProven(FingerprintHash hash)
    {
        using var pair = new DtlsPair(terms => terms with { Peer = new(Fingerprint.Of(DtlsPair.Bob.CertificateBytes.Span, hash)) }).Begin();
        pair.Stands();
    }

    [Fact]
    public void WithoutACommonProfileThereAreNoKeys()
    {
        using var pair = new DtlsPair(terms => terms with { Profiles = [SrtpProfile.AesCm128HmacSha1Tag80] }, terms => terms with { Profiles = [SrtpProfile.AeadAes128Gcm] }).Begin();
        Assert.True(pair.Until(() => pair.BothEnded));
        Assert.Equal(DtlsFailure.NoCommonProfile, pair.Server.Outcome!.Failure);
        Assert.Equal((DtlsFailure.PeerAlert, 40), (pair.Client.Outcome!.Failure, pair.Client.Outcome.Alert));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APeerThatSaysNothingEndsIt(bool client)
    {
        using var pair = new DtlsPair(Short, Short);
        var session = client ? pair.Client : pair.Server;
        session.Begin();
        Assert.True(pair.Until(() => session.State == DtlsState.Ended));
        Assert.Equal(DtlsFailure.PeerSilent, session.Outcome!.Failure);
    }

    [Fact]
    public void SilenceIsNoStrangersFailureThatIsTriedAgain()
    {
        using var pair = new DtlsPair(Short, Short);
        pair.Client.IsSourceProven = false;
        pair.Client.Begin();
        Assert.True(pair.Until(() => pair.Client.State == DtlsState.Ended, carry: false));
        Assert.Equal((DtlsFailure.PeerSilent, 0), (pair.Client.Outcome!.Failure, pair.Client.Attempt));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhileItRingsNothingIsAwaitedAndOnceItIsTakenTheTimeIsTheUsual(bool client)
    {
        using var pair = new DtlsPair(
            terms => terms with { IsAwaited = false, Timeout = TimeSpan.FromMilliseconds(200) }, terms => terms with { IsAwaited = false, Timeout = TimeSpan.FromMilliseconds(200) });
        var alone = client ? pair.Client : pair.Server;
        alone.Begin();
        Assert.False(pair.Until(() => alone.Outcome is not null, seconds: 1, carry: false)); // five times as long
        alone.Demand();
        Assert.True(pair.Until(() => alone.Outcome is not null, carry: false));
        Assert.Equal(DtlsFailure.PeerSilent, alone.Outcome!.Failure);
    }

    [Fact]
    public void WhatWasAgreedWhileItRangGoesOn()
    {
        using var pair = new DtlsPair(terms => terms with { IsAwaited = false }, terms => terms with { IsAwaited = false }).Begin();
        pair.Stands();
        pair.Client.Demand();
        Assert.Equal(DtlsState.Established, pair.Client.State);
    }

    [Fact]
    public void AHandshakeThatNeverEndsIsEnded()
    {
        using var pair = new DtlsPair(Short);
        pair.ToClient = datagram => Records.Of(datagram).Any(record => Records.IsType(record, DtlsRecord.ChangeCipherSpec)) ? [] : [datagram];
        pair.Begin();
        Assert.True(pair.Until(() => pair.Client.State == DtlsState.Ended));
        Assert.Equal(DtlsFailure.TimedOut, pair.Client.Outcome!.Failure);
        Assert.Null(pair.Client.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AHandshakeCanBeCancelledInItsMidst(bool client)
    {
        using var pair = new DtlsPair();
        pair.ToServer = datagram => Records.Of(datagram).Any(record => Records.IsType(record, DtlsRecord.ChangeCipherSpec)) ? [] : [datagram];
        pair.Begin();
        Assert.True(pair.Until(() => pair.SentByServer.Count > 0 && pair.SentByClient.Count > 1));
        var session = client ? pair.Client : pair.Server;
        session.Cancel();
        Assert.True(pair.Until(() => session.State == DtlsState.Ended));
        Assert.Equal(DtlsFailure.Cancelled, session.Outcome!.Failure);
        Assert.Null(session.Keys);
    }

    [Fact]
    public void WhatIsCancelledBeforeItRunsEnds()
    {
        using var pair = new DtlsPair();
        pair.Server.Begin();
        pair.Server.Cancel();
        Assert.True(pair.Until(() => pair.Server.State == DtlsState.Ended));
        Assert.Equal(DtlsFailure.Cancelled, pair.Server.Outcome!.Failure);
        Assert.Equal(0, pair.Executor.Sessions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AGoodbyeIsHeardAndAnswered(bool client)
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        var (leaver, stayer) = client ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        leaver.Cancel();
        Assert.True(pair.Until(() => pair.BothEnded));
        Assert.Equal(DtlsFailure.Cancelled, leaver.Outcome!.Failure);
        Assert.Equal(DtlsFailure.PeerClosed, stayer.Outcome!.Failure);
        Assert.NotNull(stayer.Keys); // media under them is the call's to end
    }

    [Fact]
    public void TheClientHelloMayComeBeforeTheServerBegins()
    {
        using var pair = new DtlsPair(terms => terms with { Resend = TimeSpan.FromSeconds(10) });
        pair.Client.Begin();
        Assert.True(pair.Until(() => pair.SentByClient.Count == 1));
        pair.Server.Begin();
        pair.Stands();
        Assert.Equal(2, pair.SentByClient.Count);
    }

    [Fact]
    public void WhatWaitsIsBounded()
    {
        using var pair = new DtlsPair();
        for (int i = 0; i < 1000; i++)
            pair.Server.HandlePacket(new byte[50]);
        Assert.Equal(1000 - DtlsSession.Waiting, pair.Server.Dropped);
    }

    private static DtlsTerms Short(DtlsTerms terms) => terms with { Timeout = TimeSpan.FromMilliseconds(600) };
}
