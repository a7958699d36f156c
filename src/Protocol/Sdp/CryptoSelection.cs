// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Chooses among crypto attributes (RFC 4568 §7.1).</summary>
internal static class CryptoSelection
{
    /// <summary>The line of an offer to take, with the key that we answer with.</summary>
    /// <param name="audio">The offered stream.</param>
    /// <param name="local">Our suites and keys; its preference says whose order decides.</param>
    public static (CryptoAttribute Line, LocalCrypto Ours)? FromOffer(MediaDescription audio, LocalMedia local)
    {
        List<(CryptoAttribute Line, LocalCrypto Ours)> usable = [];
        foreach (var value in audio.Attributes("crypto"u8))
        {
            if (CryptoAttribute.TryParse(value, out var line) && IsUsable(line!)
                && local.Crypto.FirstOrDefault(c => c.Suite == line!.Suite) is { } ours)
                usable.Add((line!, ours));
        }
        if (usable.Count == 0) return null;
        return local.Preference == CodecPreference.Theirs
            ? usable[0]
            : local.Crypto.SelectMany(c => usable.Where(u => u.Ours == c)).First();
    }

    /// <summary>The line of an answer that takes one of ours: same tag, same suite.</summary>
    /// <param name="audio">The answered stream.</param>
    /// <param name="offered">What we offered: the first has tag 1.</param>
    public static NegotiatedCrypto? FromAnswer(MediaDescription audio, IReadOnlyList<LocalCrypto> offered)
    {
        foreach (var value in audio.Attributes("crypto"u8))
        {
            if (!CryptoAttribute.TryParse(value, out var line) || !IsUsable(line!)) continue;
            if (line!.Tag < 1 || line.Tag > offered.Count || offered[line.Tag - 1].Suite != line.Suite) continue;
            return Agreed(line, offered[line.Tag - 1]);
        }
        return null;
    }

    /// <summary>Both ways' keys.</summary>
    public static NegotiatedCrypto Agreed(CryptoAttribute line, LocalCrypto ours) =>
        new(line.Suite, ours.InlineKey, line.Key, line.Mki, line.MkiLength, line.Lifetime);

    private static bool IsUsable(CryptoAttribute line) => line.HasAcceptableParameters && line.HasKeyOfRightLength;
}
