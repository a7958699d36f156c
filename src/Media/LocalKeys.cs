// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media;

/// <summary>The SRTP keys that one call sends with: one for each suite, drawn once, so that a new offer does not restart the stream (RFC 4568 §7.1.4).</summary>
/// <remarks>Thread: the control thread. A key never leaves the SDP and the SRTP context; it is not logged.</remarks>
internal sealed class LocalKeys
{
    // What an offer names: every suite costs 80 bytes, and an INVITE over 1300 bytes has to leave UDP (RFC 3261 §18.1.1).
    private static readonly SrtpProfile[] Offered =
    [
        SrtpProfile.AeadAes128Gcm, SrtpProfile.AesCm128HmacSha1Tag80, SrtpProfile.AeadAes256Gcm, SrtpProfile.AesCm128HmacSha1Tag32,
    ];

    private static readonly SrtpProfile[] Spoken = [.. Offered.Union(SrtpProfile.All)];

    /// <summary>All that we speak, as <see cref="ForAnswer"/>, with empty keys: for who only compares the suites.</summary>
    public static IReadOnlyList<LocalCrypto> WithoutKeys { get; } = [.. Spoken.Select(profile => new LocalCrypto(profile.Name, ""))];

    /// <summary>Draws the keys.</summary>
    public LocalKeys(IRandomSource random)
    {
        Span<byte> key = stackalloc byte[64];
        var all = new List<LocalCrypto>();
        foreach (var profile in Spoken)
        {
            random.Fill(key[..profile.MasterLength]);
            all.Add(new(profile.Name, Convert.ToBase64String(key[..profile.MasterLength])));
        }

        CryptographicOperations.ZeroMemory(key);
        ForAnswer = all;
        ForOffer = all[..Offered.Length];
    }

    /// <summary>In order of preference, few.</summary>
    public IReadOnlyList<LocalCrypto> ForOffer { get; }

    /// <summary>All that we speak.</summary>
    public IReadOnlyList<LocalCrypto> ForAnswer { get; }
}
