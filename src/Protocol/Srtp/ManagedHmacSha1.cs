// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>HMAC on <see cref="Sha1"/>.</summary>
/// <remarks>Thread: its owner's. Real-time: no allocation after construction.</remarks>
internal sealed class ManagedHmacSha1 : HmacSha1
{
    private Sha1 _inner = Sha1.Start();
    private Sha1 _outer = Sha1.Start();

    /// <summary>Hashes both pads.</summary>
    public ManagedHmacSha1(ReadOnlySpan<byte> key)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        FillPad(key, 0x36, block);
        _inner.Append(block);
        FillPad(key, 0x5c, block);
        _outer.Append(block);
        Zero(block);
    }

    /// <inheritdoc/>
    public override void Compute(ReadOnlySpan<byte> message, uint trailer, Span<byte> code)
    {
        Span<byte> last = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(last, trailer);
        var hash = _inner;
        hash.Append(message);
        hash.Append(last);
        hash.Finish(code);
        hash = _outer;
        hash.Append(code[..Size]);
        hash.Finish(code);
    }

    /// <inheritdoc/>
    public override void Dispose() => _inner = _outer = default;
}
