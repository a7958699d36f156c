// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Earshot.Protocol.Srtp;

/// <summary>SHA-1 (RFC 3174) that can start from a stored state, which the framework's cannot.</summary>
/// <remarks>A value: copying it copies the state. Constant time by nature: additions, rotations and masks alone.</remarks>
internal struct Sha1
{
    private const int BlockSize = 64;

    private uint _a;
    private uint _b;
    private uint _c;
    private uint _d;
    private uint _e;
    private ulong _length;
    private Block _pending;

    /// <summary>The initial state.</summary>
    public static Sha1 Start() => new() { _a = 0x67452301, _b = 0xefcdab89, _c = 0x98badcfe, _d = 0x10325476, _e = 0xc3d2e1f0 };

    /// <summary>Takes more of the message.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int filled = (int)(_length % BlockSize);
        _length += (ulong)bytes.Length;
        if (filled > 0)
        {
            int take = Math.Min(BlockSize - filled, bytes.Length);
            bytes[..take].CopyTo(((Span<byte>)_pending)[filled..]);
            bytes = bytes[take..];
            if (filled + take < BlockSize)
                return;
            Compress(_pending);
        }

        for (; bytes.Length >= BlockSize; bytes = bytes[BlockSize..])
            Compress(bytes);
        bytes.CopyTo(_pending);
    }

    /// <summary>Ends the message and writes the 20 bytes of its digest.</summary>
    public void Finish(Span<byte> digest)
    {
        ulong bits = _length * 8;
        int filled = (int)(_length % BlockSize);
        Span<byte> block = _pending;
        block[filled] = 0x80;
        block[(filled + 1)..].Clear();
        if (filled >= BlockSize - 8)
        {
            Compress(block);
            block.Clear();
        }

        BinaryPrimitives.WriteUInt64BigEndian(block[(BlockSize - 8)..], bits);
        Compress(block);
        BinaryPrimitives.WriteUInt32BigEndian(digest, _a);
        BinaryPrimitives.WriteUInt32BigEndian(digest[4..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(digest[8..], _c);
        BinaryPrimitives.WriteUInt32BigEndian(digest[12..], _d);
        BinaryPrimitives.WriteUInt32BigEndian(digest[16..], _e);
    }

    [SkipLocalsInit]
    private void Compress(ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[80];
        for (int i = 0; i < 16; i++)
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        for (int i = 16; i < 80; i++)
            w[i] = uint.RotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint a = _a, b = _b, c = _c, d = _d, e = _e;
        for (int i = 0; i < 20; i++)
            Round(ref a, ref b, ref c, ref d, ref e, ((c ^ d) & b) ^ d, 0x5a827999 + w[i]);
        for (int i = 20; i < 40; i++)
            Round(ref a, ref b, ref c, ref d, ref e, b ^ c ^ d, 0x6ed9eba1 + w[i]);
        for (int i = 40; i < 60; i++)
            Round(ref a, ref b, ref c, ref d, ref e, (b & c) | (d & (b | c)), 0x8f1bbcdc + w[i]);
        for (int i = 60; i < 80; i++)
            Round(ref a, ref b, ref c, ref d, ref e, b ^ c ^ d, 0xca62c1d6 + w[i]);
        (_a, _b, _c, _d, _e) = (_a + a, _b + b, _c + c, _d + d, _e + e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref uint a, ref uint b, ref uint c, ref uint d, ref uint e, uint mixed, uint word)
    {
        uint next = uint.RotateLeft(a, 5) + mixed + e + word;
        e = d;
        d = c;
        c = uint.RotateLeft(b, 30);
        b = a;
        a = next;
    }

    [InlineArray(BlockSize)]
    private struct Block
    {
        private byte _first;
    }
}
