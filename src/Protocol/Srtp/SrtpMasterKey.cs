// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>Master key and salt of one direction, with what was agreed about them (RFC 3711 §3.2.1).</summary>
/// <remarks>Zeroed by <see cref="Dispose"/>. Thread: its owner's.</remarks>
internal sealed class SrtpMasterKey : IDisposable
{
    /// <summary>Most bytes of a master key identifier.</summary>
    public const int LongestMki = 16;

    private readonly byte[] _keyAndSalt;
    private readonly byte[] _mki;

    /// <summary>Copies the key material.</summary>
    /// <param name="profile">The suite.</param>
    /// <param name="keyAndSalt">Key, then salt: <see cref="SrtpProfile.MasterLength"/> bytes.</param>
    /// <param name="lifetime">Most packets; 0 for the standard's limit.</param>
    /// <param name="mki">The identifier that each packet carries; empty for none.</param>
    public SrtpMasterKey(SrtpProfile profile, ReadOnlySpan<byte> keyAndSalt, ulong lifetime = 0, ReadOnlySpan<byte> mki = default)
    {
        if (keyAndSalt.Length != profile.MasterLength)
            throw new ArgumentException($"{profile.Name} takes {profile.MasterLength} bytes of key and salt.", nameof(keyAndSalt));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mki.Length, LongestMki);
        Profile = profile;
        Lifetime = lifetime;
        // Pinned: a compacting collection leaves no copy of the key behind.
        _keyAndSalt = GC.AllocateUninitializedArray<byte>(keyAndSalt.Length, pinned: true);
        keyAndSalt.CopyTo(_keyAndSalt);
        _mki = mki.ToArray();
    }

    /// <summary>The suite.</summary>
    public SrtpProfile Profile { get; }

    /// <summary>Most packets; 0 for the standard's limit.</summary>
    public ulong Lifetime { get; }

    /// <summary>The master key.</summary>
    public ReadOnlySpan<byte> Key => _keyAndSalt.AsSpan(0, Profile.KeyLength);

    /// <summary>The master salt.</summary>
    public ReadOnlySpan<byte> Salt => _keyAndSalt.AsSpan(Profile.KeyLength);

    /// <summary>The identifier; empty for none.</summary>
    public ReadOnlySpan<byte> Mki => _mki;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_keyAndSalt);
}
