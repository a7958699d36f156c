// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>What a handshake agreed upon. It exists only when the peer's certificate is the one that signalling described. Immutable until it is erased.</summary>
/// <remarks>
/// <code>
///   exported   | client key | server key | client salt | server salt |       (RFC 5764 §4.2)
/// </code>
/// Thread: any may read; whoever owns the association erases, after everyone has made their contexts.
/// </remarks>
internal sealed class DtlsKeys : IDisposable
{
    private readonly SrtpMasterKey _local;
    private readonly SrtpMasterKey _remote;

    /// <summary>Takes exported key material apart; the caller erases it.</summary>
    public DtlsKeys(int epoch, SrtpProfile profile, bool weAreClient, ReadOnlySpan<byte> exported, Fingerprint peer)
    {
        (Epoch, Profile, PeerFingerprint) = (epoch, profile, peer);
        var client = MasterOf(profile, exported, 0);
        var server = MasterOf(profile, exported, 1);
        (_local, _remote) = weAreClient ? (client, server) : (server, client);
    }

    /// <summary>Counts the call's associations; higher is newer.</summary>
    public int Epoch { get; }

    /// <summary>The suite.</summary>
    public SrtpProfile Profile { get; }

    /// <summary>SHA-256 of the certificate that the peer showed and proved to own.</summary>
    public Fingerprint PeerFingerprint { get; }

    /// <summary>What we send with.</summary>
    public SrtpMasterKey Local => _local;

    /// <summary>What the peer sends with.</summary>
    public SrtpMasterKey Remote => _remote;

    /// <summary>Bytes to export for a profile.</summary>
    public static int ExportedLength(SrtpProfile profile) => 2 * profile.MasterLength;

    /// <summary>Erases the keys; contexts made from them go on.</summary>
    public void Dispose()
    {
        _local.Dispose();
        _remote.Dispose();
    }

    private static SrtpMasterKey MasterOf(SrtpProfile profile, ReadOnlySpan<byte> exported, int side)
    {
        Span<byte> master = stackalloc byte[profile.MasterLength];
        exported.Slice(side * profile.KeyLength, profile.KeyLength).CopyTo(master);
        exported.Slice((2 * profile.KeyLength) + (side * profile.SaltLength), profile.SaltLength).CopyTo(master[profile.KeyLength..]);
        var key = new SrtpMasterKey(profile, master);
        CryptographicOperations.ZeroMemory(master);
        return key;
    }
}
