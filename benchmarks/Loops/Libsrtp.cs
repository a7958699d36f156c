// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Benchmarks;

/// <summary>One direction of libsrtp 2, the peer that the SRTP figures are compared with.</summary>
/// <remarks>Benchmarks only: the product calls no libsrtp.</remarks>
internal sealed unsafe partial class Libsrtp : IDisposable
{
    private const string Library = "libsrtp2.so.1";
    private const int SsrcAnyInbound = 2;
    private const int SsrcAnyOutbound = 3;

    // Once: a second srtp_init of a build on NSS fails.
    private static readonly int Initialised = Init();
    private nint _session;

    /// <summary>Makes a session for all sources of one direction.</summary>
    public Libsrtp(bool gcm, bool outbound, ReadOnlySpan<byte> master)
    {
        Check(Initialised);
        var policy = new Policy { SsrcType = outbound ? SsrcAnyOutbound : SsrcAnyInbound, WindowSize = 128 };
        if (gcm)
        {
            SetGcm128(&policy.Rtp);
            SetGcm128(&policy.Rtcp);
        }
        else
        {
            SetDefault(&policy.Rtp);
            SetDefault(&policy.Rtcp);
        }

        fixed (byte* key = master)
        {
            policy.Key = key;
            Check(Create(out _session, &policy));
        }
    }

    /// <summary>Protects in place; gives the new length.</summary>
    public int Protect(byte* packet, int length)
    {
        Check(Protect(_session, packet, &length));
        return length;
    }

    /// <summary>Opens in place; gives the new length.</summary>
    public int Unprotect(byte* packet, int length)
    {
        Check(Unprotect(_session, packet, &length));
        return length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_session != 0)
            Check(Dealloc(_session));
        _session = 0;
    }

    private static void Check(int status)
    {
        if (status != 0)
            throw new InvalidOperationException($"libsrtp says {status}.");
    }

    [LibraryImport(Library, EntryPoint = "srtp_init")]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "srtp_crypto_policy_set_rtp_default")]
    private static partial void SetDefault(CryptoPolicy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_crypto_policy_set_aes_gcm_128_16_auth")]
    private static partial void SetGcm128(CryptoPolicy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_create")]
    private static partial int Create(out nint session, Policy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_dealloc")]
    private static partial int Dealloc(nint session);

    [LibraryImport(Library, EntryPoint = "srtp_protect")]
    [SuppressGCTransition]
    private static partial int Protect(nint session, byte* packet, int* length);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect")]
    [SuppressGCTransition]
    private static partial int Unprotect(nint session, byte* packet, int* length);

    [StructLayout(LayoutKind.Sequential)]
    private struct CryptoPolicy
    {
        public uint CipherType;
        public int CipherKeyLength;
        public uint AuthType;
        public int AuthKeyLength;
        public int AuthTagLength;
        public int Services;
    }

    // srtp_policy_t of libsrtp 2.x.
    [StructLayout(LayoutKind.Sequential)]
    private struct Policy
    {
        public int SsrcType;
        public uint SsrcValue;
        public CryptoPolicy Rtp;
        public CryptoPolicy Rtcp;
        public byte* Key;
        public nint Keys;
        public nuint MasterKeys;
        public nint Ekt;
        public nuint WindowSize;
        public int AllowRepeat;
        public nint EncryptedExtensions;
        public int EncryptedExtensionCount;
        public nint Next;
    }
}
