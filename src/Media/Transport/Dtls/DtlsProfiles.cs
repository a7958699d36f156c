// SPDX-License-Identifier: MIT
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>SRTP profiles by the numbers of use_srtp (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
internal static class DtlsProfiles
{
    /// <summary>What is offered and accepted unless told otherwise, in order. Of 32-bit tags we want none here: who speaks DTLS speaks better.</summary>
    public static IReadOnlyList<SrtpProfile> Default { get; } = [SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.AesCm128HmacSha1Tag80];

    /// <summary>The number of a profile.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static int NumberOf(SrtpProfile profile) => profile.Name switch
    {
        "AES_CM_128_HMAC_SHA1_80" => 1,
        "AES_CM_128_HMAC_SHA1_32" => 2,
        "AEAD_AES_128_GCM" => 7,
        "AEAD_AES_256_GCM" => 8,
        _ => throw new ArgumentException($"{profile.Name} cannot be agreed upon by DTLS", nameof(profile)),
    };

    /// <summary>The first of ours that the peer names, too; null when there is none.</summary>
    public static SrtpProfile? Choose(IReadOnlyList<SrtpProfile> ours, ReadOnlySpan<int> theirs)
    {
        foreach (var profile in ours)
        {
            if (theirs.Contains(NumberOf(profile)))
                return profile;
        }

        return null;
    }
}
