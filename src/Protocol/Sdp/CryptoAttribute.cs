// SPDX-License-Identifier: MIT
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>A crypto attribute (RFC 4568 §4): <c>1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4 UNENCRYPTED_SRTCP</c>.</summary>
/// <param name="Tag">Names the line in the answer.</param>
/// <param name="Suite">Cipher and authentication.</param>
/// <param name="Key">Master key and salt, base64 with its padding.</param>
/// <param name="Lifetime">Packets; 0 when not written.</param>
/// <param name="Mki">The master key identifier.</param>
/// <param name="MkiLength">Its bytes in each packet; 0 for none.</param>
/// <param name="SessionParameters">What follows, separated by spaces.</param>
internal sealed record CryptoAttribute(
    int Tag, string Suite, string Key, ulong Lifetime, UInt128 Mki, int MkiLength, string SessionParameters)
{
    private const int LongestKey = 64;

    /// <summary>May we take it? A parameter that we do not know makes the line invalid, unless it starts with a hyphen (RFC 4568 §6.3.8).</summary>
    /// <remarks>WSH is only a hint. The UNENCRYPTED and UNAUTHENTICATED ones are known and never wanted; KDR and FEC are not spoken here.</remarks>
    public bool HasAcceptableParameters
    {
        get
        {
            foreach (var parameter in SessionParameters.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var isHarmless = parameter[0] == '-' || parameter.StartsWith("WSH=", StringComparison.Ordinal) || parameter == "KDR=0";
                if (!isHarmless) return false;
            }
            return true;
        }
    }

    /// <summary>Does the key have the suite's length? Suites that are not listed give false.</summary>
    public bool HasKeyOfRightLength => KeyLength(Suite) is { } wanted && DecodedLength(Key) == wanted;

    /// <summary>Master key and salt of a suite, bytes (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §12); null for an unknown one.</summary>
    public static int? KeyLength(string suite) => suite switch
    {
        "AES_CM_128_HMAC_SHA1_80" or "AES_CM_128_HMAC_SHA1_32" => 30,
        "AES_192_CM_HMAC_SHA1_80" or "AES_192_CM_HMAC_SHA1_32" => 38,
        "AES_256_CM_HMAC_SHA1_80" or "AES_256_CM_HMAC_SHA1_32" => 46,
        "AEAD_AES_128_GCM" => 28,
        "AEAD_AES_256_GCM" => 44,
        _ => null,
    };

    /// <summary>Reads the value of a crypto attribute; several keys in one line are not spoken here.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out CryptoAttribute? crypto)
    {
        crypto = null;
        var tokens = new Tokens(value);
        if (!tokens.TryNextNumber(999_999_999, out var tag)
            || !tokens.TryNext(out var suite) || suite.Length > 64
            || !tokens.TryNext(out var method) || !method.StartsWith("inline:"u8))
            return false;
        var info = method["inline:".Length..];
        if (info.Contains((byte)';') || info.Length > 256) return false;
        var bar = info.IndexOf((byte)'|');
        var fields = bar < 0 ? default : info[bar..];
        if (!TryFields(fields, out var lifetime, out var mki, out var mkiLength)) return false;
        var key = Encoding.ASCII.GetString(bar < 0 ? info : info[..bar]).TrimEnd('=');
        if (key.Length is 0 or > 88) return false;
        crypto = new CryptoAttribute(
            tag, Encoding.ASCII.GetString(suite), key.PadRight((key.Length + 3) / 4 * 4, '='), lifetime, mki, mkiLength,
            Encoding.UTF8.GetString(tokens.Rest.Trim((byte)' ')));
        return true;
    }

    /// <summary>The attribute's value for an offer or answer of ours: no lifetime, no identifier.</summary>
    public static string Write(int tag, string suite, string key) =>
        string.Create(CultureInfo.InvariantCulture, $"crypto:{tag} {suite} inline:{key}");

    // "|2^20|1:4": each field once, the lifetime first; what has a colon is the identifier.
    private static bool TryFields(ReadOnlySpan<byte> fields, out ulong lifetime, out UInt128 mki, out int mkiLength)
    {
        (lifetime, mki, mkiLength) = (0, 0, 0);
        for (var i = 0; !fields.IsEmpty; i++)
        {
            fields = fields[1..];
            var end = fields.IndexOf((byte)'|');
            var field = end < 0 ? fields : fields[..end];
            fields = end < 0 ? default : fields[end..];
            if (mkiLength > 0 || i > 1) return false;
            if (field.Contains((byte)':') ? !TryMki(field, out mki, out mkiLength) : i > 0 || !TryLifetime(field, out lifetime)) return false;
        }
        return true;
    }

    private static bool TryLifetime(ReadOnlySpan<byte> field, out ulong lifetime)
    {
        if (!field.StartsWith("2^"u8)) return Tokens.TryLongNumber(field, out lifetime) && lifetime > 0;
        var valid = Tokens.TryNumber(field[2..], 63, out var power);
        lifetime = valid ? 1UL << power : 0;
        return valid;
    }

    private static bool TryMki(ReadOnlySpan<byte> field, out UInt128 mki, out int length)
    {
        length = 0;
        var colon = field.IndexOf((byte)':');
        return UInt128.TryParse(field[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out mki)
            && Tokens.TryNumber(field[(colon + 1)..], 16, out length) && length > 0
            && (length == 16 || mki >> (8 * length) == 0);
    }

    private static int DecodedLength(string key)
    {
        Span<byte> text = stackalloc byte[LongestKey * 2];
        Span<byte> decoded = stackalloc byte[LongestKey + 8];
        var length = Encoding.ASCII.GetBytes(key, text);
        var status = Base64.DecodeFromUtf8(text[..length], decoded, out var used, out var written);
        return status == System.Buffers.OperationStatus.Done && used == length ? written : -1;
    }
}
