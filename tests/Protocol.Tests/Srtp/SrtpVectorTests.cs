// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Text.Json;
using Earshot.Protocol.Srtp;

namespace Earshot.Protocol.Tests.Srtp;

/// <summary>RFC 3711 App. B, RFC 7714 §16 and §17, and packets of libsrtp's own test driver.</summary>
/// <remarks>
/// Entries that are not used: srtp_validate_null_null (a profile without any protection is not offered), and both
/// srtp_validate_encrypted_extensions_headers (RFC 6904 is not spoken). null_sha1_80 is used for its tags.
/// </remarks>
public sealed class SrtpVectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(VectorPath())).RootElement;
    private static readonly JsonElement Driver = Vectors.GetProperty("libsrtp_srtp_driver");

    private static string VectorPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "vectors", "srtp", "srtp-vectors.json");

    private static byte[] Hex(JsonElement from, string name) => Convert.FromHexString(from.GetProperty(name).GetString()!);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rfc3711B2KeyStream(bool portable)
    {
        var vector = Vectors.GetProperty("rfc3711_B2");
        if (!portable && !AesNiKeys.IsSupported)
            Assert.Skip("no AES instructions here");
        using AesCounter cipher = portable ? new PortableAesCounter(Hex(vector, "key")) : new AesNiCounter(Hex(vector, "key"));
        var stream = new byte[0xff02 * 16];
        cipher.Xor(Hex(vector, "iv"), stream);
        foreach (var block in vector.GetProperty("blocks").EnumerateObject())
            Assert.Equal(block.Value.GetString(), Convert.ToHexStringLower(stream, Convert.ToInt32(block.Name, 16) * 16, 16));
    }

    [Fact]
    public void Rfc3711B3KeyDerivation()
    {
        var vector = Vectors.GetProperty("rfc3711_B3");
        Assert.Equal(Hex(vector, "cipher"), Derive(vector, KeyLabel.RtpEncryption, 16));
        Assert.Equal(Hex(vector, "salt"), Derive(vector, KeyLabel.RtpSalt, 14));
        Assert.Equal(Hex(vector, "auth94"), Derive(vector, KeyLabel.RtpAuthentication, 94));
    }

    [Fact]
    public void AKeyDerivationRateChangesKeysWithTheIndex()
    {
        byte[] key = new byte[16], salt = new byte[14], first = new byte[16], same = new byte[16], next = new byte[16];
        KeyDerivation.Derive(key, salt, KeyLabel.RtpEncryption, first, 0, 16);
        KeyDerivation.Derive(key, salt, KeyLabel.RtpEncryption, same, 15, 16);
        KeyDerivation.Derive(key, salt, KeyLabel.RtpEncryption, next, 16, 16);
        Assert.Equal(first, same);
        Assert.NotEqual(first, next);
    }

    [Theory]
    [InlineData("rfc7714_16_srtp_aead_aes_128_gcm", false)]
    [InlineData("rfc7714_16_srtp_aead_aes_128_gcm", true)]
    [InlineData("rfc7714_16_srtp_aead_aes_256_gcm", false)]
    [InlineData("rfc7714_16_srtp_aead_aes_256_gcm", true)]
    public void Rfc7714Srtp(string name, bool portable)
    {
        var vector = Vectors.GetProperty(name);
        using var sender = new SrtpSender(Gcm(vector, portable, rtcp: false));
        using var receiver = new SrtpReceiver(Gcm(vector, portable, rtcp: false));
        CheckRtp(sender, receiver, Hex(vector, "rtp"), Hex(vector, "srtp"));
    }

    [Theory]
    [InlineData("rfc7714_17_srtcp_aead_aes_128_gcm", false)]
    [InlineData("rfc7714_17_srtcp_aead_aes_128_gcm", true)]
    [InlineData("rfc7714_17_srtcp_aead_aes_256_gcm", false)]
    [InlineData("rfc7714_17_srtcp_aead_aes_256_gcm", true)]
    public void Rfc7714Srtcp(string name, bool portable)
    {
        var vector = Vectors.GetProperty(name);
        using var sender = new SrtcpSender(Gcm(vector, portable, rtcp: true), firstIndex: 0x5d4);
        using var receiver = new SrtcpReceiver(Gcm(vector, portable, rtcp: true));
        CheckRtcp(sender, receiver, Hex(vector, "rtcp"), Hex(vector, "srtcp"));
    }

    [Theory]
    [InlineData("srtp_validate", "AES_CM_128_HMAC_SHA1_80", "")]
    [InlineData("srtp_validate_mki", "AES_CM_128_HMAC_SHA1_80", "e1f97a0d")]
    [InlineData("srtp_validate_gcm", "AEAD_AES_128_GCM", "")]
    [InlineData("srtp_validate_aes_192", "AES_192_CM_HMAC_SHA1_80", "")]
    [InlineData("srtp_validate_aes_256", "AES_256_CM_HMAC_SHA1_80", "")]
    public void LibsrtpPackets(string name, string suite, string mki)
    {
        var vector = Driver.GetProperty(name);
        Assert.True(SrtpProfile.TryFind(suite, out var profile));
        using var master = new SrtpMasterKey(profile, MasterOf(vector, profile), 0, Convert.FromHexString(mki));
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        string prefix = vector.TryGetProperty("srtp_plaintext_ref", out _) ? "srtp" : "rtp";
        CheckRtp(sender, receiver, Hex(vector, prefix + "_plaintext_ref"), Hex(vector, "srtp_ciphertext"));
        if (!vector.TryGetProperty("srtcp_ciphertext", out _))
            return;
        using var rtcpSender = new SrtcpSender(master, firstIndex: 1);
        using var rtcpReceiver = new SrtcpReceiver(master);
        CheckRtcp(rtcpSender, rtcpReceiver, Hex(vector, "rtcp_plaintext_ref"), Hex(vector, "srtcp_ciphertext"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LibsrtpTagsOfClearPackets(bool managed)
    {
        var vector = Driver.GetProperty("srtp_validate_null_sha1_80");
        var master = Hex(Driver.GetProperty("globals"), "test_key");
        CheckTag(Hex(vector, "srtp_ciphertext"), 0, trailerInside: 0, KeyLabel.RtpAuthentication);
        CheckTag(Hex(vector, "srtcp_ciphertext"), 1, trailerInside: 4, KeyLabel.RtcpAuthentication);

        void CheckTag(byte[] packet, uint trailer, int trailerInside, KeyLabel label)
        {
            var key = new byte[20];
            KeyDerivation.Derive(master.AsSpan(0, 16), master.AsSpan(16, 14), label, key);
            using var hmac = managed ? new ManagedHmacSha1(key) : HmacSha1.Create(key);
            var code = new byte[20];
            hmac.Compute(packet.AsSpan(0, packet.Length - 10 - trailerInside), trailer, code);
            Assert.Equal(packet[^10..], code[..10]);
        }
    }

    private static byte[] Derive(JsonElement vector, KeyLabel label, int length)
    {
        var output = new byte[length];
        KeyDerivation.Derive(Hex(vector, "master_key"), Hex(vector, "master_salt"), label, output);
        return output;
    }

    private static AesGcmTransform Gcm(JsonElement vector, bool portable, bool rtcp)
    {
        if (!portable && !(AesNiKeys.IsSupported && Ghash.IsSupported))
            Assert.Skip("no AES instructions here");
        var key = Hex(vector, "session_key");
        return new(portable ? new PortableGcm(key) : new AesNiGcm(key), Hex(vector, "session_salt"), rtcp);
    }

    private static byte[] MasterOf(JsonElement vector, SrtpProfile profile)
    {
        var globals = Driver.GetProperty("globals");
        byte[] key = vector.TryGetProperty("aes_192_test_key", out _) ? Hex(vector, "aes_192_test_key")
            : vector.TryGetProperty("aes_256_test_key", out _) ? Hex(vector, "aes_256_test_key")
            : Hex(globals, profile.IsAead ? "test_key_gcm" : "test_key");
        return key[..profile.MasterLength];
    }

    private static void CheckRtp(SrtpSender sender, SrtpReceiver receiver, byte[] plain, byte[] cipher)
    {
        var buffer = new byte[cipher.Length];
        plain.CopyTo(buffer, 0);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, plain.Length, out int length));
        Assert.Equal(Convert.ToHexString(cipher), Convert.ToHexString(buffer.AsSpan(0, length)));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(buffer, out length));
        Assert.Equal(plain, buffer[..length]);
    }

    private static void CheckRtcp(SrtcpSender sender, SrtcpReceiver receiver, byte[] plain, byte[] cipher)
    {
        var buffer = new byte[cipher.Length];
        plain.CopyTo(buffer, 0);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, plain.Length, out int length));
        Assert.Equal(Convert.ToHexString(cipher), Convert.ToHexString(buffer.AsSpan(0, length)));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(buffer, out length));
        Assert.Equal(plain, buffer[..length]);
    }
}
