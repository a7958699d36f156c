// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>Counter mode from the framework's AES: a batch of counter blocks is encrypted at once.</summary>
/// <remarks>Thread: its owner's. Real-time: no allocation after construction.</remarks>
internal sealed class PortableAesCounter : AesCounter
{
    private const int BlockSize = 16;
    private const int Batch = 32 * BlockSize;

    private readonly byte[] _counters = new byte[Batch];
    private readonly byte[] _stream = GC.AllocateArray<byte>(Batch, pinned: true);
    private readonly ICryptoTransform _encryptor;

    /// <summary>Takes a key of 16, 24 or 32 bytes.</summary>
    [SuppressMessage("Security", "CA5358", Justification = "Counter mode (RFC 3711 §4.1.1) is built of single encrypted counter blocks.")]
    public PortableAesCounter(ReadOnlySpan<byte> key)
    {
        using var aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        aes.SetKey(key);
        _encryptor = aes.CreateEncryptor();
    }

    /// <inheritdoc/>
    public override void Xor(ReadOnlySpan<byte> counterBlock, Span<byte> data)
    {
        uint counter = BinaryPrimitives.ReadUInt32BigEndian(counterBlock[12..]);
        while (!data.IsEmpty)
        {
            int length = Math.Min(Batch, data.Length);
            int blocks = (length + BlockSize - 1) / BlockSize;
            for (int i = 0; i < blocks; i++)
            {
                var block = _counters.AsSpan(i * BlockSize, BlockSize);
                counterBlock.CopyTo(block);
                BinaryPrimitives.WriteUInt32BigEndian(block[12..], counter++);
            }

            _encryptor.TransformBlock(_counters, 0, blocks * BlockSize, _stream, 0);
            for (int i = 0; i < length; i++)
                data[i] ^= _stream[i];
            data = data[length..];
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_stream);
        _encryptor.Dispose();
    }
}
