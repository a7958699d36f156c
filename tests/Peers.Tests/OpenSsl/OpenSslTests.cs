// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;

namespace Earshot.Peers.Tests.OpenSsl;

/// <summary>DTLS-SRTP against OpenSSL: both ends export the same keys.</summary>
public sealed class OpenSslTests
{
    private const string All = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM";

    private static readonly DtlsIdentity Ours = DtlsIdentity.CreateEphemeral();

    [Theory]
    [InlineData(false, "SRTP_AEAD_AES_128_GCM", 56)]
    [InlineData(false, "SRTP_AEAD_AES_256_GCM", 88)]
    [InlineData(false, "SRTP_AES128_CM_SHA1_80", 60)]
    [InlineData(false, All, 56)]
    [InlineData(true, All, 56)]
    public async Task ItsClientAndOurServerExportTheSameKeys(bool rsa, string profiles, int exported)
    {
        await using var peer = new OpenSslPeer(rsa);
        using var end = new DtlsEnd(Terms(peer, isClient: false), peer.Port);
        end.Session.Begin();
        peer.Connect(end.Port, profiles, exported);
        await end.EndsInAsync(DtlsState.Established);
        Assert.Equal(end.Exported, await peer.ExportedAsync());
        Assert.Equal(peer.Fingerprint, end.Session.Keys!.PeerFingerprint);
    }

    [Theory]
    [InlineData(false, "SRTP_AEAD_AES_128_GCM", 56)]
    [InlineData(false, "SRTP_AEAD_AES_256_GCM", 88)]
    [InlineData(false, "SRTP_AES128_CM_SHA1_80", 60)]
    [InlineData(true, "SRTP_AEAD_AES_128_GCM", 56)]
    public async Task ItsServerAndOurClientExportTheSameKeys(bool rsa, string profiles, int exported)
    {
        await using var peer = new OpenSslPeer(rsa);
        peer.Listen(profiles, exported);
        await peer.SaysAsync("ACCEPT");
        using var end = new DtlsEnd(Terms(peer, isClient: true), peer.Port);
        end.Session.Begin();
        await end.EndsInAsync(DtlsState.Established);
        Assert.Equal(end.Exported, await peer.ExportedAsync());
        Assert.Equal(peer.Fingerprint, end.Session.Keys!.PeerFingerprint);
    }

    [Fact]
    public async Task ACookieIsBroughtBack()
    {
        await using var peer = new OpenSslPeer(rsa: false);
        peer.Listen("SRTP_AEAD_AES_128_GCM", 56, "-listen");
        await peer.SaysAsync("ACCEPT");
        using var end = new DtlsEnd(Terms(peer, isClient: true), peer.Port);
        end.Session.Begin();
        await end.EndsInAsync(DtlsState.Established);
        Assert.Equal(end.Exported, await peer.ExportedAsync());
    }

    [Fact]
    public async Task ItsFragmentsArePutTogether()
    {
        await using var peer = new OpenSslPeer(rsa: true);
        using var end = new DtlsEnd(Terms(peer, isClient: false) with { LargestDatagram = 300 }, peer.Port);
        end.Session.Begin();
        peer.Connect(end.Port, All, 56, more: ["-mtu", "300"]);
        await end.EndsInAsync(DtlsState.Established);
        Assert.Equal(end.Exported, await peer.ExportedAsync());
    }

    [Fact]
    public async Task AClientWithoutCertificateIsNobody()
    {
        await using var peer = new OpenSslPeer(rsa: false);
        using var end = new DtlsEnd(Terms(peer, isClient: false), peer.Port);
        end.Session.Begin();
        peer.Connect(end.Port, All, 56, anonymous: true);
        await end.EndsInAsync(DtlsState.Ended);
        Assert.Equal(DtlsFailure.NoCertificate, end.Session.Outcome!.Failure);
        Assert.Null(end.Session.Keys);
        await peer.SaysAsync("handshake failure");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnotherCertificateThanTheDescribedOneGetsNoKeys(bool weAreClient)
    {
        await using var described = new OpenSslPeer(rsa: false);
        await using var peer = new OpenSslPeer(rsa: false);
        if (weAreClient)
        {
            peer.Listen(All, 56);
            await peer.SaysAsync("ACCEPT");
        }

        using var end = new DtlsEnd(Terms(described, weAreClient), peer.Port);
        end.Session.Begin();
        if (!weAreClient) peer.Connect(end.Port, All, 56);
        await end.EndsInAsync(DtlsState.Ended);
        Assert.Equal(DtlsFailure.FingerprintMismatch, end.Session.Outcome!.Failure);
        Assert.Null(end.Session.Keys);
        await peer.SaysAsync("bad certificate");
    }

    [Fact]
    public async Task WithoutSrtpThereAreNoKeys()
    {
        await using var peer = new OpenSslPeer(rsa: false);
        using var end = new DtlsEnd(Terms(peer, isClient: false), peer.Port);
        end.Session.Begin();
        peer.Connect(end.Port, "SRTP_AES128_CM_SHA1_32", 60);
        await end.EndsInAsync(DtlsState.Ended);
        Assert.Equal(DtlsFailure.NoCommonProfile, end.Session.Outcome!.Failure);
    }

    [Fact]
    public async Task ItsGoodbyeIsHeard()
    {
        await using var peer = new OpenSslPeer(rsa: false);
        using var end = new DtlsEnd(Terms(peer, isClient: false), peer.Port);
        end.Session.Begin();
        peer.Connect(end.Port, All, 56);
        await end.EndsInAsync(DtlsState.Established);
        await peer.ExportedAsync();
        peer.Type("Q\n");
        await end.EndsInAsync(DtlsState.Ended);
        Assert.Equal(DtlsFailure.PeerClosed, end.Session.Outcome!.Failure);
    }

    private static DtlsTerms Terms(OpenSslPeer peer, bool isClient) => new() { Identity = Ours, Peer = new(peer.Fingerprint), IsClient = isClient };
}
