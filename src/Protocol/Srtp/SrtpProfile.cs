// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>A suite of cipher and authentication, with its lengths in bytes.</summary>
/// <param name="Name">As SDP writes it (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.2).</param>
/// <param name="KeyLength">Of the master key and of the encryption key.</param>
/// <param name="SaltLength">Of the master salt and of the session salt.</param>
/// <param name="RtpTagLength">Authentication tag of SRTP.</param>
/// <param name="RtcpTagLength">Authentication tag of SRTCP: 80 bits also where SRTP has 32 (RFC 4568 §6.2.2).</param>
/// <param name="IsAead">AES-GCM; else AES in counter mode with HMAC-SHA1.</param>
internal sealed record SrtpProfile(string Name, int KeyLength, int SaltLength, int RtpTagLength, int RtcpTagLength, bool IsAead)
{
    /// <summary>AES-128 in counter mode, HMAC-SHA1 with 80 bits: what every peer speaks.</summary>
    public static readonly SrtpProfile AesCm128HmacSha1Tag80 = new("AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false);

    /// <summary>The same with 32 bits for SRTP.</summary>
    public static readonly SrtpProfile AesCm128HmacSha1Tag32 = new("AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false);

    /// <summary>AES-192 (RFC 6188).</summary>
    public static readonly SrtpProfile AesCm192HmacSha1Tag80 = new("AES_192_CM_HMAC_SHA1_80", 24, 14, 10, 10, false);

    /// <summary>AES-192 (RFC 6188), 32 bits.</summary>
    public static readonly SrtpProfile AesCm192HmacSha1Tag32 = new("AES_192_CM_HMAC_SHA1_32", 24, 14, 4, 10, false);

    /// <summary>AES-256 (RFC 6188).</summary>
    public static readonly SrtpProfile AesCm256HmacSha1Tag80 = new("AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, false);

    /// <summary>AES-256 (RFC 6188), 32 bits.</summary>
    public static readonly SrtpProfile AesCm256HmacSha1Tag32 = new("AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, false);

    /// <summary>AES-128 in Galois/counter mode (RFC 7714).</summary>
    public static readonly SrtpProfile AeadAes128Gcm = new("AEAD_AES_128_GCM", 16, 12, 16, 16, true);

    /// <summary>AES-256 in Galois/counter mode (RFC 7714).</summary>
    public static readonly SrtpProfile AeadAes256Gcm = new("AEAD_AES_256_GCM", 32, 12, 16, 16, true);

    /// <summary>All, in the order in which an offer of ours prefers them.</summary>
    public static IReadOnlyList<SrtpProfile> All { get; } =
    [
        AeadAes256Gcm, AeadAes128Gcm,
        AesCm256HmacSha1Tag80, AesCm192HmacSha1Tag80, AesCm128HmacSha1Tag80,
        AesCm256HmacSha1Tag32, AesCm192HmacSha1Tag32, AesCm128HmacSha1Tag32,
    ];

    /// <summary>Master key and salt together: what SDES and DTLS-SRTP carry.</summary>
    public int MasterLength => KeyLength + SaltLength;

    /// <summary>Bytes of the authentication key: HMAC-SHA1's 160 bits, none with GCM.</summary>
    public int AuthenticationKeyLength => IsAead ? 0 : 20;

    /// <summary>Finds a suite by its name.</summary>
    public static bool TryFind(string name, out SrtpProfile profile)
    {
        foreach (var candidate in All)
        {
            profile = candidate;
            if (candidate.Name == name)
                return true;
        }

        profile = AesCm128HmacSha1Tag80;
        return false;
    }
}
