// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Earshot.Protocol.Srtp;

/// <summary>AES on the processor's own instructions (FIPS 197): key schedule and counter mode, eight blocks in flight.</summary>
/// <remarks>
/// No table and no branch depends on key or data. Eight blocks hide the latency of a round (4 cycles); a rest of up to four takes the narrower kernel.
/// Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
internal sealed class AesNiKeys : IDisposable
{
    private const int BlockSize = 16;
    private readonly Vector128<byte>[] _round;

    /// <summary>Expands a key of 16, 24 or 32 bytes.</summary>
    public AesNiKeys(ReadOnlySpan<byte> key)
    {
        int words = key.Length / 4;
        _round = GC.AllocateUninitializedArray<Vector128<byte>>(words + 7, pinned: true);
        var w = MemoryMarshal.Cast<Vector128<byte>, uint>(_round.AsSpan());
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(w);
        uint constant = 1;
        for (int i = words; i < w.Length; i++)
        {
            uint word = w[i - 1];
            if (i % words == 0)
            {
                word = uint.RotateRight(SubWord(word), 8) ^ constant;
                // Doubling in GF(2^8); the constants are public.
                constant = (constant << 1) ^ ((constant >> 7) * 0x11b);
            }
            else if (words == 8 && i % words == 4)
            {
                word = SubWord(word);
            }

            w[i] = w[i - words] ^ word;
        }
    }

    /// <summary>True on processors with the instructions.</summary>
    public static bool IsSupported => X86Aes.IsSupported;

    /// <summary>Encrypts one block.</summary>
    public Vector128<byte> Encrypt(Vector128<byte> block)
    {
        var keys = _round;
        block ^= keys[0];
        for (int r = 1; r < keys.Length - 1; r++)
            block = X86Aes.Encrypt(block, keys[r]);
        return X86Aes.EncryptLast(block, keys[^1]);
    }

    /// <summary>Exclusive-or of <paramref name="data"/> with the key stream; the last 32 bits of the counter block count, big-endian.</summary>
    /// <param name="counterBlock">The block whose last word is replaced.</param>
    /// <param name="counter">First value of the last word.</param>
    /// <param name="data">Changed in place.</param>
    public void Xor(Vector128<byte> counterBlock, uint counter, Span<byte> data)
    {
        var template = counterBlock.AsUInt32();
        while (data.Length >= 8 * BlockSize)
        {
            Xor8(template, counter, ref MemoryMarshal.GetReference(data));
            counter += 8;
            data = data[(8 * BlockSize)..];
        }

        if (!data.IsEmpty)
            XorRest(template, counter, data);
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_round.AsSpan()));

    // All four columns equal: ShiftRows moves nothing, and SubBytes is left.
    private static uint SubWord(uint word) =>
        X86Aes.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(Vector128<uint> template, uint counter) =>
        template.WithElement(3, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    private void XorRest(Vector128<uint> template, uint counter, Span<byte> data)
    {
        Span<byte> block = stackalloc byte[8 * BlockSize];
        data.CopyTo(block);
        if (data.Length > 4 * BlockSize)
            Xor8(template, counter, ref MemoryMarshal.GetReference(block));
        else
            Xor4(template, counter, ref MemoryMarshal.GetReference(block));
        block[..data.Length].CopyTo(data);
    }

    private void Xor8(Vector128<uint> template, uint counter, ref byte data)
    {
        ref var keys = ref MemoryMarshal.GetArrayDataReference(_round);
        var key = keys;
        var b0 = Counter(template, counter) ^ key;
        var b1 = Counter(template, counter + 1) ^ key;
        var b2 = Counter(template, counter + 2) ^ key;
        var b3 = Counter(template, counter + 3) ^ key;
        var b4 = Counter(template, counter + 4) ^ key;
        var b5 = Counter(template, counter + 5) ^ key;
        var b6 = Counter(template, counter + 6) ^ key;
        var b7 = Counter(template, counter + 7) ^ key;
        int last = _round.Length - 1;
        for (int r = 1; r < last; r++)
        {
            key = Unsafe.Add(ref keys, r);
            b0 = X86Aes.Encrypt(b0, key);
            b1 = X86Aes.Encrypt(b1, key);
            b2 = X86Aes.Encrypt(b2, key);
            b3 = X86Aes.Encrypt(b3, key);
            b4 = X86Aes.Encrypt(b4, key);
            b5 = X86Aes.Encrypt(b5, key);
            b6 = X86Aes.Encrypt(b6, key);
            b7 = X86Aes.Encrypt(b7, key);
        }

        key = Unsafe.Add(ref keys, last);
        XorBlock(ref data, 0, X86Aes.EncryptLast(b0, key));
        XorBlock(ref data, 1, X86Aes.EncryptLast(b1, key));
        XorBlock(ref data, 2, X86Aes.EncryptLast(b2, key));
        XorBlock(ref data, 3, X86Aes.EncryptLast(b3, key));
        XorBlock(ref data, 4, X86Aes.EncryptLast(b4, key));
        XorBlock(ref data, 5, X86Aes.EncryptLast(b5, key));
        XorBlock(ref data, 6, X86Aes.EncryptLast(b6, key));
        XorBlock(ref data, 7, X86Aes.EncryptLast(b7, key));
    }

    private void Xor4(Vector128<uint> template, uint counter, ref byte data)
    {
        ref var keys = ref MemoryMarshal.GetArrayDataReference(_round);
        var key = keys;
        var b0 = Counter(template, counter) ^ key;
        var b1 = Counter(template, counter + 1) ^ key;
        var b2 = Counter(template, counter + 2) ^ key;
        var b3 = Counter(template, counter + 3) ^ key;
        int last = _round.Length - 1;
        for (int r = 1; r < last; r++)
        {
            key = Unsafe.Add(ref keys, r);
            b0 = X86Aes.Encrypt(b0, key);
            b1 = X86Aes.Encrypt(b1, key);
            b2 = X86Aes.Encrypt(b2, key);
            b3 = X86Aes.Encrypt(b3, key);
        }

        key = Unsafe.Add(ref keys, last);
        XorBlock(ref data, 0, X86Aes.EncryptLast(b0, key));
        XorBlock(ref data, 1, X86Aes.EncryptLast(b1, key));
        XorBlock(ref data, 2, X86Aes.EncryptLast(b2, key));
        XorBlock(ref data, 3, X86Aes.EncryptLast(b3, key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void XorBlock(ref byte data, int block, Vector128<byte> stream)
    {
        ref byte at = ref Unsafe.Add(ref data, block * BlockSize);
        (Vector128.LoadUnsafe(ref at) ^ stream).StoreUnsafe(ref at);
    }
}
