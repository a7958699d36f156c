// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>GHASH (NIST SP 800-38D §6.4) by carry-less multiplication, one reduction for up to sixteen blocks: for a whole packet of 20 ms of speech.</summary>
/// <remarks>
/// <code>
///   S' = (S ⊕ X1)·H^n ⊕ X2·H^(n−1) ⊕ … ⊕ Xn·H      products summed as 256 bits, then reduced once
/// </code>
/// Computed as POLYVAL of byte-reversed blocks with a key that is H times x (RFC 8452 App. A): GHASH's reflected bits then need no shifts.
/// No table, no data-dependent branch. Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
internal sealed class Ghash : IDisposable
{
    private const int BlockSize = 16;
    private const int Powers = 16;

    private readonly Vector128<ulong>[] _power = GC.AllocateUninitializedArray<Vector128<ulong>>(Powers + 1, pinned: true);

    /// <summary>Takes the hash key: the cipher's encryption of zeros.</summary>
    public Ghash(Vector128<byte> h)
    {
        _power[0] = default;
        _power[1] = MultiplyByX(Reverse(h).AsUInt64());
        for (int i = 2; i <= Powers; i++)
        {
            var product = new Product();
            product.Add(_power[i - 1], _power[1]);
            _power[i] = product.Reduce();
        }
    }

    /// <summary>True on processors with the instructions.</summary>
    public static bool IsSupported => Pclmulqdq.IsSupported && Ssse3.IsSupported;

    /// <summary>The hash of additional data, cipher text and their lengths.</summary>
    public Vector128<byte> Compute(ReadOnlySpan<byte> additional, ReadOnlySpan<byte> cipherText)
    {
        int blocks = Blocks(additional.Length) + Blocks(cipherText.Length) + 1;
        var sum = new Sum(blocks);
        sum.Add(additional, _power);
        sum.Add(cipherText, _power);
        sum.Add(Vector128.Create((ulong)cipherText.Length * 8, (ulong)additional.Length * 8), _power);
        return Reverse(sum.State.AsByte());
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_power.AsSpan()));

    private static int Blocks(int bytes) => (bytes + BlockSize - 1) / BlockSize;

    private static Vector128<ulong> Padded(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[BlockSize];
        padded.Clear();
        bytes.CopyTo(padded);
        return Reverse(Vector128.Create<byte>(padded)).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Reverse(Vector128<byte> block) =>
        Ssse3.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    // Shift left by one as a 128-bit number; what falls out comes back as x^127 + x^126 + x^121 + 1. By mask, not by branch: it is key material.
    private static Vector128<ulong> MultiplyByX(Vector128<ulong> value)
    {
        ulong low = value.GetElement(0), high = value.GetElement(1);
        ulong carry = 0 - (high >> 63);
        return Vector128.Create((low << 1) ^ (carry & 1), ((high << 1) | (low >> 63)) ^ (carry & 0xc200_0000_0000_0000));
    }

    /// <summary>Multiplies by falling powers and reduces when the powers end: the last block of all meets H itself.</summary>
    private ref struct Sum(int blocks)
    {
        private int _blocksLeft = blocks;
        private int _power;
        private Product _product;

        /// <summary>The hash, after the last block.</summary>
        public Vector128<ulong> State;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ReadOnlySpan<byte> bytes, Vector128<ulong>[] powers)
        {
            for (; bytes.Length >= BlockSize; bytes = bytes[BlockSize..])
                Add(Reverse(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(bytes))).AsUInt64(), powers);
            if (!bytes.IsEmpty)
                Add(Padded(bytes), powers);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<ulong> block, Vector128<ulong>[] powers)
        {
            if (_power == 0)
            {
                _power = Math.Min(_blocksLeft, Powers);
                _blocksLeft -= _power;
                block ^= State;
                _product = default;
            }

            _product.Add(block, powers[_power]);
            if (--_power == 0)
                State = _product.Reduce();
        }
    }

    /// <summary>A sum of 256-bit products in three parts.</summary>
    private struct Product
    {
        private Vector128<ulong> _low;
        private Vector128<ulong> _middle;
        private Vector128<ulong> _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<ulong> a, Vector128<ulong> b)
        {
            _low ^= Pclmulqdq.CarrylessMultiply(a, b, 0x00);
            _high ^= Pclmulqdq.CarrylessMultiply(a, b, 0x11);
            _middle ^= Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<ulong> Reduce()
        {
            var polynomial = Vector128.Create(1UL, 0xc200_0000_0000_0000);
            var low = _low ^ Sse2.ShiftLeftLogical128BitLane(_middle, 8);
            var high = _high ^ Sse2.ShiftRightLogical128BitLane(_middle, 8);
            low = Fold(low, polynomial);
            low = Fold(low, polynomial);
            return high ^ low;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> polynomial) =>
            Sse2.Shuffle(value.AsUInt32(), 0x4e).AsUInt64() ^ Pclmulqdq.CarrylessMultiply(value, polynomial, 0x10);
    }
}
