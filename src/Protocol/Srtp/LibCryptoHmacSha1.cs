// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Earshot.Protocol.Srtp;

/// <summary>HMAC on <see cref="LibCrypto"/>: stored states after both pads, copied for each packet.</summary>
/// <remarks>Thread: its owner's. Real-time: no allocation after construction.</remarks>
internal sealed unsafe class LibCryptoHmacSha1 : HmacSha1
{
    private readonly byte[] _states = GC.AllocateArray<byte>(2 * LibCrypto.ContextSize, pinned: true);

    /// <summary>Hashes both pads.</summary>
    public LibCryptoHmacSha1(ReadOnlySpan<byte> key)
    {
        byte* block = stackalloc byte[BlockSize];
        for (int i = 0; i < 2; i++)
        {
            FillPad(key, i == 0 ? (byte)0x36 : (byte)0x5c, new Span<byte>(block, BlockSize));
            LibCrypto.Init(State(i));
            LibCrypto.Update(State(i), block, BlockSize);
        }

        Zero(new Span<byte>(block, BlockSize));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(ReadOnlySpan<byte> message, uint trailer, Span<byte> code)
    {
        byte* context = stackalloc byte[LibCrypto.ContextSize];
        byte* digest = stackalloc byte[Size];
        uint last = BinaryPrimitives.ReverseEndianness(trailer);
        Unsafe.CopyBlockUnaligned(context, State(0), LibCrypto.ContextSize);
        fixed (byte* bytes = message)
            LibCrypto.Update(context, bytes, message.Length);
        LibCrypto.Update(context, (byte*)&last, sizeof(uint));
        LibCrypto.Final(digest, context);
        Unsafe.CopyBlockUnaligned(context, State(1), LibCrypto.ContextSize);
        LibCrypto.Update(context, digest, Size);
        LibCrypto.Final(digest, context);
        new ReadOnlySpan<byte>(digest, Size).CopyTo(code);
    }

    /// <inheritdoc/>
    public override void Dispose() => Zero(_states);

    // The array is pinned: its address stays.
    private byte* State(int index) => (byte*)Unsafe.AsPointer(ref _states[index * LibCrypto.ContextSize]);
}
