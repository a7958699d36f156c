// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Earshot.Protocol.Srtp;

/// <summary>HMAC on <see cref="LibCrypto"/>: stored states after both pads, copied for each packet.</summary>
/// <remarks>
/// <code>
///   inner:  state | block … block | rest, trailer, 80 00 …, bits |      outer:  state | inner code, 80 00 …, bits |
/// </code>
/// The padding is written here: SHA1_Update and SHA1_Final copy and clear what only a stream needs.
/// Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
internal sealed unsafe class LibCryptoHmacSha1 : HmacSha1
{
    private const int LengthSize = 8;
    private readonly byte[] _states = GC.AllocateArray<byte>(2 * LibCrypto.ContextSize, pinned: true);

    /// <summary>Hashes both pads.</summary>
    public LibCryptoHmacSha1(ReadOnlySpan<byte> key)
    {
        byte* block = stackalloc byte[BlockSize];
        for (int i = 0; i < 2; i++)
        {
            FillPad(key, i == 0 ? (byte)0x36 : (byte)0x5c, new Span<byte>(block, BlockSize));
            LibCrypto.Init(State(i));
            LibCrypto.Transform(State(i), block);
        }

        Zero(new Span<byte>(block, BlockSize));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(ReadOnlySpan<byte> message, uint trailer, Span<byte> code)
    {
        byte* context = stackalloc byte[LibCrypto.ContextSize];
        byte* last = stackalloc byte[2 * BlockSize];
        Unsafe.CopyBlockUnaligned(context, State(0), Size);
        int whole = message.Length & ~(BlockSize - 1);
        fixed (byte* bytes = message)
        {
            for (int at = 0; at < whole; at += BlockSize)
                LibCrypto.Transform(context, bytes + at);
        }

        var tail = new Span<byte>(last, 2 * BlockSize);
        int rest = message.Length - whole;
        message[whole..].CopyTo(tail);
        BinaryPrimitives.WriteUInt32BigEndian(tail[rest..], trailer);
        TransformLast(context, tail, rest + sizeof(uint), message.Length + sizeof(uint));
        WriteState(context, tail);
        Unsafe.CopyBlockUnaligned(context, State(1), Size);
        TransformLast(context, tail, Size, Size);
        WriteState(context, code);
    }

    /// <inheritdoc/>
    public override void Dispose() => Zero(_states);

    // 80, zeros, and the bits hashed, with those of the pad, at the end of a block.
    private static void TransformLast(byte* context, Span<byte> tail, int used, int length)
    {
        int size = used + 1 + LengthSize <= BlockSize ? BlockSize : 2 * BlockSize;
        tail[used] = 0x80;
        tail[(used + 1)..(size - LengthSize)].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(tail[(size - LengthSize)..], (ulong)(BlockSize + length) * 8);
        byte* blocks = (byte*)Unsafe.AsPointer(ref tail[0]);
        LibCrypto.Transform(context, blocks);
        if (size > BlockSize)
            LibCrypto.Transform(context, blocks + BlockSize);
    }

    private static void WriteState(byte* context, Span<byte> code) =>
        BinaryPrimitives.ReverseEndianness(new ReadOnlySpan<uint>(context, Size / sizeof(uint)), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(code[..Size]));

    // The array is pinned: its address stays.
    private byte* State(int index) => (byte*)Unsafe.AsPointer(ref _states[index * LibCrypto.ContextSize]);
}
