// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>SRTP keys as SDP carries them: base64 of master key and salt behind <c>inline:</c> (RFC 4568 §6.1). The line's syntax is Sdp's.</summary>
internal static class SdesCrypto
{
    private const int LongestMaster = 46;

    /// <summary>A new key for what we send, in base64.</summary>
    public static string Generate(SrtpProfile profile, IRandomSource random)
    {
        Span<byte> master = stackalloc byte[LongestMaster];
        master = master[..profile.MasterLength];
        random.Fill(master);
        string inline = Convert.ToBase64String(master);
        CryptographicOperations.ZeroMemory(master);
        return inline;
    }

    /// <summary>Reads key and salt of one side.</summary>
    /// <param name="suite">The suite's name.</param>
    /// <param name="inlineKey">Base64.</param>
    /// <param name="lifetime">Most packets; 0 when not stated.</param>
    /// <param name="mki">Value of the master key identifier.</param>
    /// <param name="mkiLength">Its bytes in each packet, 0 to 16.</param>
    /// <param name="key">The key, to be disposed.</param>
    /// <returns>False for an unknown suite, broken base64, or a key of the wrong length.</returns>
    public static bool TryRead(string suite, string inlineKey, ulong lifetime, UInt128 mki, int mkiLength, out SrtpMasterKey? key)
    {
        key = null;
        if (!SrtpProfile.TryFind(suite, out var profile) || mkiLength is < 0 or > SrtpMasterKey.LongestMki)
            return false;
        Span<byte> master = stackalloc byte[LongestMaster + 2];
        if (!Convert.TryFromBase64String(inlineKey, master, out int length) || length != profile.MasterLength)
            return false;
        Span<byte> identifier = stackalloc byte[SrtpMasterKey.LongestMki];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(identifier, mki);
        key = new SrtpMasterKey(profile, master[..length], lifetime, identifier[(SrtpMasterKey.LongestMki - mkiLength)..]);
        CryptographicOperations.ZeroMemory(master);
        return true;
    }

    /// <summary>Reads key and salt of one side, without lifetime and identifier.</summary>
    public static bool TryRead(string suite, string inlineKey, out SrtpMasterKey? key) => TryRead(suite, inlineKey, 0, 0, 0, out key);
}
