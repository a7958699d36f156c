// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Protocol.Srtp;

/// <summary>SHA-1's compression of OpenSSL 3 where it is installed: it uses the processor's SHA instructions.</summary>
/// <remarks>
/// Looked for once. A library that is absent, lacks a function or hashes "abc" wrongly is not used.
/// Calls leave the runtime's cooperative mode alone (SuppressGCTransition): each is plain arithmetic over one block.
/// </remarks>
internal static unsafe class LibCrypto
{
    /// <summary>Room for SHA_CTX (96 bytes, of which the first five words are the state), with plenty to spare.</summary>
    public const int ContextSize = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, void> TransformFunction;

    static LibCrypto()
    {
        if (!TryLoad(out nint library) || !NativeLibrary.TryGetExport(library, "SHA1_Transform", out nint transform))
            return;
        TransformFunction = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, void>)transform;
        IsAvailable = HashesKnownAnswer();
    }

    /// <summary>True when <see cref="Transform"/> may be called.</summary>
    public static bool IsAvailable { get; }

    /// <summary>Sets the state that a hash begins with.</summary>
    public static void Init(byte* context)
    {
        ReadOnlySpan<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        state.CopyTo(new Span<uint>(context, state.Length));
    }

    /// <summary>Works a block of 64 bytes into the state.</summary>
    public static void Transform(byte* context, byte* block) => TransformFunction(context, block);

    private static bool TryLoad(out nint library)
    {
        library = 0;
        string[] names = OperatingSystem.IsWindows() ? ["libcrypto-3-x64.dll"]
            : OperatingSystem.IsMacOS() ? ["libcrypto.3.dylib"]
            : ["libcrypto.so.3"];
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(LibCrypto).Assembly, DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories, out library))
                return true;
        }

        return false;
    }

    private static bool HashesKnownAnswer()
    {
        ReadOnlySpan<uint> expected = [0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c, 0x9cd0d89d];
        byte* context = stackalloc byte[ContextSize];
        byte* block = stackalloc byte[64];
        new Span<byte>(block, 64).Clear();
        "abc"u8.CopyTo(new Span<byte>(block, 64));
        block[3] = 0x80;
        block[63] = 24;
        Init(context);
        Transform(context, block);
        return expected.SequenceEqual(new ReadOnlySpan<uint>(context, 5));
    }
}
