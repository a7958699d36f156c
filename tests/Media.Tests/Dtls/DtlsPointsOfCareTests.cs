// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Dtls;

/// <summary>What the library must be told, or must not be told, so that it does what a call needs.</summary>
public class DtlsPointsOfCareTests
{
    [Fact]
    public void AFlightIsSentAgainAfterFiftyToAHundredMillisecondsAndNothingWaitsForEver()
    {
        var terms = Terms();
        Assert.InRange(terms.Resend.TotalMilliseconds, 50, 100);
        Assert.InRange(terms.Timeout.TotalSeconds, 5, 30);
        var (server, client) = (new DtlsServer(new DtlsAttempt(terms)), new DtlsClient(new DtlsAttempt(terms)));
        Assert.Equal((75, 75), (server.GetHandshakeResendTimeMillis(), client.GetHandshakeResendTimeMillis()));
        Assert.Equal((20_000, 20_000), (server.GetHandshakeTimeoutMillis(), client.GetHandshakeTimeoutMillis()));
        Assert.True(server.RequiresExtendedMasterSecret() && client.RequiresExtendedMasterSecret());
        Assert.True(server.IgnoreCorruptDtlsRecords && client.IgnoreCorruptDtlsRecords);
    }

    [Fact]
    public void NothingComingIsMinusOneAndAfterClosingReceivingThrows()
    {
        var (inbound, outbound) = (new DatagramRing(8, 4096), new DatagramRing(8, 4096));
        int woken = 0;
        var pipe = new DtlsPipe(inbound, outbound, Terms(), () => false, () => woken++);
        Assert.Equal(-1, pipe.Receive(new byte[1500], 0, 1500, 5));
        pipe.Send([1, 2, 3]);
        Assert.True(outbound.IsEmpty); // it waits for company
        pipe.Close();
        Assert.False(outbound.IsEmpty);
        Assert.Equal(1, woken);
        Assert.Throws<IOException>(() => pipe.Receive(new byte[1500], 0, 1500, 5));
        Assert.Equal((1500, 1200), (pipe.GetReceiveLimit(), pipe.GetSendLimit()));
    }

    [Fact]
    public void WhatWaitsToBeSentLeavesBeforeTheNextDatagramIsAwaited()
    {
        var outbound = new DatagramRing(8, 4096);
        var pipe = new DtlsPipe(new DatagramRing(8, 4096), outbound, Terms(), () => false, () => { });
        pipe.Send(new byte[700]);
        pipe.Send(new byte[400]);
        pipe.Send(new byte[400]);
        pipe.Receive(new byte[1500], 0, 1500, 1);
        Assert.True(outbound.TryPeek(out var first) && first.Length == 1100);
        outbound.Release();
        Assert.True(outbound.TryPeek(out var second) && second.Length == 400);
    }

    [Fact]
    public void TheHelloNamesDtls12AloneTheRightSuitesAndOurProfiles()
    {
        using var pair = new DtlsPair();
        pair.Client.Begin();
        Assert.True(pair.Until(() => pair.SentByClient.Count > 0));
        var hello = Hello.Read(pair.SentByClient[0]);
        Assert.Equal(0xFEFD, hello.Version);
        Assert.Equal([0xC02B, 0xCCA9, 0xC02C, 0xC02F, 0xCCA8, 0xC030], hello.Suites.Where(suite => suite != 0x00FF));
        Assert.True(!hello.Extensions.TryGetValue(43, out byte[]? versions) || versions is [2, 0xFE, 0xFD]);
        Assert.Contains(23, hello.Extensions.Keys); // extended master secret
        Assert.Equal([0, 6, 0, 7, 0, 8, 0, 1, 0], hello.Extensions[14]); // use_srtp: both GCM first
    }

    [Fact]
    public void TheServerTakesAnEcdsaSuiteAndAnswersOneProfile()
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        byte[] serverHello = Records.Of(pair.SentByServer[0])[0];
        var body = serverHello.AsSpan(DtlsRecord.HeaderSize + DtlsFragment.HeaderSize);
        int suite = BinaryPrimitives.ReadUInt16BigEndian(body[(2 + 32 + 1 + body[34])..]);
        Assert.True(suite is 0xC02B or 0xCCA9 or 0xC02C);
        Assert.True(body.IndexOf((ReadOnlySpan<byte>)[0, 14, 0, 5, 0, 2, 0, 7, 0]) > 0);
        Assert.Contains(Records.Of(pair.SentByServer[0]), record => Records.IsHandshake(record, 13)); // certificate_request
        Assert.DoesNotContain(pair.SentByServer.SelectMany(Records.Of), record => Records.IsHandshake(record, DtlsFragment.HelloVerifyRequest));
    }

    [Fact]
    public void TheServerAsksForCertificatesOfBothKinds()
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        byte[] request = pair.SentByServer.SelectMany(Records.Of).First(record => Records.IsHandshake(record, 13));
        Assert.Equal([2, 64, 1], request.AsSpan(DtlsRecord.HeaderSize + DtlsFragment.HeaderSize, 3).ToArray()); // ecdsa_sign, rsa_sign
    }

    // Chromium, as server, takes the first of its own order that we name.
    [Theory]
    [InlineData(false, "AES_CM_128_HMAC_SHA1_80")]
    [InlineData(true, "AEAD_AES_256_GCM")]
    public void FromAServerThatLikesAesCmGcmIsHadByOfferingNothingElse(bool gcmAlone, string agreed)
    {
        using var pair = new DtlsPair(
            client: terms => gcmAlone ? terms with { Profiles = [SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm] } : terms,
            server: terms => terms with { Profiles = [SrtpProfile.AesCm128HmacSha1Tag80, SrtpProfile.AeadAes256Gcm, SrtpProfile.AeadAes128Gcm] }).Begin();
        pair.Stands();
        Assert.Equal(agreed, pair.Client.Keys!.Profile.Name);
    }

    // Of a browser that begins (1, 8, 7: its own order) we take what we like best.
    [Fact]
    public void AsServerToAClientThatLikesAesCmWeTakeGcm()
    {
        using var pair = new DtlsPair(
            client: terms => terms with { Profiles = [SrtpProfile.AesCm128HmacSha1Tag80, SrtpProfile.AeadAes256Gcm, SrtpProfile.AeadAes128Gcm] }).Begin();
        pair.Stands();
        Assert.Equal("AEAD_AES_128_GCM", pair.Server.Keys!.Profile.Name);
    }

    [Fact]
    public void AnAssociationThatStandsHoldsNoThread()
    {
        using var executor = new DtlsExecutor();
        var pairs = Enumerable.Range(0, 20).Select(_ => new DtlsPair(executor: executor)).ToList();
        foreach (var pair in pairs)
            pair.Begin().Stands();
        Assert.True(pairs[0].Until(() => executor.Running == 0));
        Assert.Equal(40, executor.Sessions);
        pairs.ForEach(pair => pair.Dispose());
        Assert.True(pairs[0].Until(() => executor.Sessions == 0));
    }

    private static DtlsTerms Terms() => new() { Identity = DtlsPair.Alice, Peer = new(DtlsPair.Bob.Fingerprint), IsClient = true };

    private sealed record Hello(int Version, List<int> Suites, Dictionary<int, byte[]> Extensions)
    {
        public static Hello Read(byte[] datagram)
        {
            var body = datagram.AsSpan(DtlsRecord.HeaderSize + DtlsFragment.HeaderSize);
            int version = BinaryPrimitives.ReadUInt16BigEndian(body);
            int at = 34;
            at += 1 + body[at]; // session
            at += 1 + body[at]; // cookie
            int length = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            var suites = new List<int>();
            for (int i = 0; i < length; i += 2)
                suites.Add(BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2 + i)..]));
            at += 2 + length;
            at += 1 + body[at]; // compression
            var extensions = new Dictionary<int, byte[]>();
            for (at += 2; at < body.Length; at += 4 + BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2)..]))
                extensions[BinaryPrimitives.ReadUInt16BigEndian(body[at..])] = body.Slice(at + 4, BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2)..])).ToArray();
            return new(version, suites, extensions);
        }
    }
}
