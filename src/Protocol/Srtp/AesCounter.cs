// SPDX-License-Identifier: MIT
using System.Runtime.Intrinsics;

namespace Earshot.Protocol.Srtp;

/// <summary>AES in counter mode (RFC 3711 §4.1.1): hardware where there is some, else the framework.</summary>
internal abstract class AesCounter : IDisposable
{
    /// <summary>The fastest that runs here.</summary>
    /// <param name="key">16, 24 or 32 bytes.</param>
    public static AesCounter Create(ReadOnlySpan<byte> key) => AesNiKeys.IsSupported ? new AesNiCounter(key) : new PortableAesCounter(key);

    /// <summary>Exclusive-or with the key stream. The last 32 bits of the block count: SRTP leaves 16 of them zero, and no packet has 65536 blocks.</summary>
    /// <param name="counterBlock">16 bytes: the first counter block.</param>
    /// <param name="data">Changed in place.</param>
    public abstract void Xor(ReadOnlySpan<byte> counterBlock, Span<byte> data);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Counter mode on <see cref="AesNiKeys"/>.</summary>
internal sealed class AesNiCounter(ReadOnlySpan<byte> key) : AesCounter
{
    private readonly AesNiKeys _keys = new(key);

    /// <inheritdoc/>
    public override void Xor(ReadOnlySpan<byte> counterBlock, Span<byte> data)
    {
        uint counter = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(counterBlock[12..]);
        _keys.Xor(Vector128.Create(counterBlock), counter, data);
    }

    /// <inheritdoc/>
    public override void Dispose() => _keys.Dispose();
}
