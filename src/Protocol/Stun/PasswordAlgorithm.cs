// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>How a long-term key is made (RFC 8489 §18.5).</summary>
internal enum PasswordAlgorithm : ushort
{
    /// <summary>None of the listed ones is spoken here.</summary>
    None = 0,
    Md5 = 1,
    Sha256 = 2,
}

/// <summary>The list in PASSWORD-ALGORITHMS: number, length of parameters, parameters, padded (RFC 8489 §14.11).</summary>
internal static class PasswordAlgorithmList
{
    /// <summary>The first that we speak, as the server prefers them.</summary>
    /// <returns>False when the list is malformed.</returns>
    public static bool TryPick(ReadOnlySpan<byte> list, out PasswordAlgorithm picked)
    {
        picked = PasswordAlgorithm.None;
        while (!list.IsEmpty)
        {
            if (list.Length < 4)
                return false;
            var algorithm = (PasswordAlgorithm)BinaryPrimitives.ReadUInt16BigEndian(list);
            int parameters = BinaryPrimitives.ReadUInt16BigEndian(list[2..]);
            int size = 4 + ((parameters + 3) & ~3);
            if (4 + parameters > list.Length)
                return false;
            // Both that we speak have no parameters.
            if (picked == PasswordAlgorithm.None && parameters == 0 && algorithm is PasswordAlgorithm.Md5 or PasswordAlgorithm.Sha256)
                picked = algorithm;
            list = list[Math.Min(size, list.Length)..];
        }

        return true;
    }
}
