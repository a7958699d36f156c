// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Tests.Sdp;

public class FingerprintTests
{
    private static readonly byte[] Certificate = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
    private static readonly byte[] Other = [1, 2, 3];

    [Theory]
    [InlineData(FingerprintHash.Sha256, "sha-256 ", 32)]
    [InlineData(FingerprintHash.Sha384, "sha-384 ", 48)]
    [InlineData(FingerprintHash.Sha512, "sha-512 ", 64)]
    internal void WhatIsWrittenIsReadBackInEitherCase(FingerprintHash hash, string begins, int bytes)
    {
        var fingerprint = Fingerprint.Of(Certificate, hash);
        Assert.StartsWith(begins, fingerprint.ToString());
        Assert.Equal(bytes, fingerprint.ToBytes().Length);
        Assert.Equal(fingerprint, Read(fingerprint.ToString()));
        Assert.Equal(fingerprint, Read(fingerprint.ToString().ToLowerInvariant()));
        Assert.Equal(fingerprint, Read(" " + fingerprint.ToString().ToUpperInvariant() + "  "));
    }

    [Fact]
    public void ShaOneAndItsEldersProveNothing()
    {
        Assert.Null(Read("sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"));
        Assert.Null(Read("md5 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B"));
        var lines = Described("a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", "a=setup:active");
        Assert.Equal(DtlsProblem.WeakFingerprint, DtlsDescription.Read(lines, lines.Media[0], isOffer: true, out _));
    }

    [Fact]
    public void BrokenOnesAreRefused()
    {
        var good = Fingerprint.Of(Certificate).ToString();
        foreach (var broken in new[] { "", "sha-256", good[..^1], good + ":00", good.Replace(':', '-'), good.Replace("sha-256", "sha-384"), good[..^1] + "G", good + " x" })
            Assert.Null(Read(broken));
        for (var i = 0; i < good.Length; i++) Read(good[..i]);
    }

    [Fact]
    public void TheStrongestHashFunctionDecidesAlone()
    {
        var both = new FingerprintSet(Fingerprint.Of(Certificate), Fingerprint.Of(Other, FingerprintHash.Sha512));
        Assert.False(both.Matches(Certificate)); // the weaker one proves nothing beside it (RFC 8122 §5.1)
        Assert.True(both.Matches(Other));
    }

    [Fact]
    public void OneOfSeveralCertificatesIsEnough()
    {
        var two = new FingerprintSet(Fingerprint.Of(Certificate), Fingerprint.Of(Other));
        Assert.True(two.Matches(Certificate));
        Assert.True(two.Matches(Other));
        Assert.False(two.Matches([9]));
        Assert.False(new FingerprintSet([]).Matches(Certificate));
        Assert.Equal(two, new FingerprintSet(Fingerprint.Of(Other), Fingerprint.Of(Certificate), Fingerprint.Of(Other)));
    }

    [Fact]
    public void TheStreamsFingerprintsTakeThePlaceOfTheSessions()
    {
        var own = Described("a=" + Fingerprint.Of(Certificate).ToAttribute());
        var text = own.ToString().Replace("t=0 0\r\n", "t=0 0\r\na=" + Fingerprint.Of(Other).ToAttribute() + "\r\n", StringComparison.Ordinal);
        var both = SdpSamples.Parse(Encoding.ASCII.GetBytes(text));
        Assert.True(FingerprintSet.Read(both, both.Media[0], out _).Matches(Certificate));
        Assert.False(FingerprintSet.Read(both, both.Media[0], out _).Matches(Other));
        var inherited = SdpSamples.Parse(Encoding.ASCII.GetBytes(text.Replace("a=" + Fingerprint.Of(Certificate).ToAttribute() + "\r\n", "", StringComparison.Ordinal)));
        Assert.True(FingerprintSet.Read(inherited, inherited.Media[0], out _).Matches(Other));
    }

    [Fact]
    public void NoMoreThanAHandfulIsRead()
    {
        var lines = Enumerable.Range(0, 200).Select(i => "a=" + Fingerprint.Of([(byte)i]).ToAttribute());
        var description = Described([.. lines]);
        Assert.Equal(FingerprintSet.Most, FingerprintSet.Read(description, description.Media[0], out _).All.Count);
    }

    private static SessionDescription Described(params string[] attributes) =>
        SdpSamples.Parse(SdpSamples.Described(["m=audio 5 UDP/TLS/RTP/SAVPF 0", .. attributes]));

    private static Fingerprint? Read(string text) => Fingerprint.TryParse(Encoding.ASCII.GetBytes(text), out var read) ? read : null;
}
