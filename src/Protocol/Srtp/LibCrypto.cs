// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Protocol.Srtp;

/// <summary>SHA-1 of OpenSSL 3 where it is installed: it uses the processor's SHA instructions.</summary>
/// <remarks>
/// Looked for once. A library that is absent, lacks a function or hashes "abc" wrongly is not used.
/// Calls leave the runtime's cooperative mode alone (SuppressGCTransition): each is a bounded run of plain arithmetic over one packet.
/// </remarks>
internal static unsafe class LibCrypto
{
    /// <summary>Room for SHA_CTX (96 bytes), with plenty to spare.</summary>
    public const int ContextSize = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, int> InitFunction;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, nuint, int> UpdateFunction;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, int> FinalFunction;

    static LibCrypto()
    {
        if (!TryLoad(out nint library)
            || !NativeLibrary.TryGetExport(library, "SHA1_Init", out nint init)
            || !NativeLibrary.TryGetExport(library, "SHA1_Update", out nint update)
            || !NativeLibrary.TryGetExport(library, "SHA1_Final", out nint final))
            return;
        InitFunction = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, int>)init;
        UpdateFunction = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, nuint, int>)update;
        FinalFunction = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, int>)final;
        IsAvailable = HashesKnownAnswer();
    }

    /// <summary>True when the functions below may be called.</summary>
    public static bool IsAvailable { get; }

    /// <summary>Starts a hash in a context of <see cref="ContextSize"/> bytes.</summary>
    public static void Init(byte* context) => InitFunction(context);

    /// <summary>Adds bytes.</summary>
    public static void Update(byte* context, byte* bytes, int length) => UpdateFunction(context, bytes, (nuint)length);

    /// <summary>Writes 20 bytes and clears the context.</summary>
    public static void Final(byte* digest, byte* context) => FinalFunction(digest, context);

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
        ReadOnlySpan<byte> expected = [0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d];
        byte* context = stackalloc byte[ContextSize];
        byte* digest = stackalloc byte[20];
        Init(context);
        fixed (byte* text = "abc"u8)
            Update(context, text, 3);
        Final(digest, context);
        return expected.SequenceEqual(new ReadOnlySpan<byte>(digest, 20));
    }
}
