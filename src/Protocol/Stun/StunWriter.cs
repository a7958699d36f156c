// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Text;

namespace Earshot.Protocol.Stun;

/// <summary>Writes a message into a span (RFC 8489 §5): attributes in order, then integrity, then FINGERPRINT.</summary>
/// <remarks>What does not fit is left out, and <see cref="TryFinish"/> says so. The header's length is right after every attribute.</remarks>
internal ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private int _length;
    private bool _overflowed;

    /// <summary>Writes the header.</summary>
    public StunWriter(Span<byte> buffer, StunMethod method, StunClass kind, in TransactionId id)
    {
        _buffer = buffer;
        _overflowed = buffer.Length < StunMessage.HeaderSize;
        if (_overflowed)
            return;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, StunType.Combine(method, kind));
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        id.Write(buffer[8..]);
        _length = StunMessage.HeaderSize;
    }

    /// <summary>Sets a header's length field for a message of so many bytes in all.</summary>
    public static void WriteLength(Span<byte> message, int total) =>
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)(total - StunMessage.HeaderSize));

    /// <summary>An attribute of any bytes, padded with zeros.</summary>
    public void Add(StunAttribute type, scoped ReadOnlySpan<byte> value)
    {
        if (Reserve(type, value.Length, out var room))
            value.CopyTo(room);
    }

    /// <summary>An attribute whose value stands in the buffer already, where this writer would put it.</summary>
    public void AddPlaced(StunAttribute type, int length) => Reserve(type, length, out _);

    /// <summary>An attribute without a value.</summary>
    public void AddFlag(StunAttribute type) => Add(type, default);

    /// <summary>An attribute of text in UTF-8.</summary>
    public void AddText(StunAttribute type, string text)
    {
        if (Reserve(type, Encoding.UTF8.GetByteCount(text), out var room))
            Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>An attribute of 32 bits.</summary>
    public void AddUInt32(StunAttribute type, uint value)
    {
        if (Reserve(type, 4, out var room))
            BinaryPrimitives.WriteUInt32BigEndian(room, value);
    }

    /// <summary>An attribute of 64 bits.</summary>
    public void AddUInt64(StunAttribute type, ulong value)
    {
        if (Reserve(type, 8, out var room))
            BinaryPrimitives.WriteUInt64BigEndian(room, value);
    }

    /// <summary>An address behind cookie and transaction id.</summary>
    public void AddXorAddress(StunAttribute type, in TransportAddress address)
    {
        if (Reserve(type, address.IsV6 ? 20 : 8, out var room))
            StunAddress.Write(room, address, _buffer[4..StunMessage.HeaderSize]);
    }

    /// <summary>An address in clear.</summary>
    public void AddAddress(StunAttribute type, in TransportAddress address)
    {
        if (Reserve(type, address.IsV6 ? 20 : 8, out var room))
            StunAddress.Write(room, address, default);
    }

    /// <summary>ERROR-CODE (§14.8).</summary>
    public void AddError(int code, scoped ReadOnlySpan<byte> reason)
    {
        if (!Reserve(StunAttribute.ErrorCode, 4 + reason.Length, out var room))
            return;
        room[..2].Clear();
        room[2] = (byte)(code / 100);
        room[3] = (byte)(code % 100);
        reason.CopyTo(room[4..]);
    }

    /// <summary>UNKNOWN-ATTRIBUTES (§14.9).</summary>
    public void AddUnknown(scoped ReadOnlySpan<ushort> types)
    {
        if (!Reserve(StunAttribute.UnknownAttributes, 2 * types.Length, out var room))
            return;
        for (int i = 0; i < types.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(room[(2 * i)..], types[i]);
    }

    /// <summary>MESSAGE-INTEGRITY over everything so far.</summary>
    public void AddSha1(StunKey key)
    {
        int before = _length;
        if (Reserve(StunAttribute.MessageIntegrity, StunKey.Sha1Size, out var code))
            _overflowed |= !key.TryComputeSha1(_buffer[..before], code);
    }

    /// <summary>MESSAGE-INTEGRITY-SHA256 over everything so far.</summary>
    public void AddSha256(StunKey key)
    {
        int before = _length;
        if (Reserve(StunAttribute.MessageIntegritySha256, StunKey.Sha256Size, out var code))
            _overflowed |= !key.TryComputeSha256(_buffer[..before], StunKey.Sha256Size, code);
    }

    /// <summary>FINGERPRINT: nothing may follow.</summary>
    public void AddFingerprint()
    {
        int before = _length;
        if (Reserve(StunAttribute.Fingerprint, 4, out var value))
            BinaryPrimitives.WriteUInt32BigEndian(value, StunMessage.Fingerprint(_buffer[..before]));
    }

    /// <summary>The message's bytes.</summary>
    /// <returns>False when something did not fit.</returns>
    public readonly bool TryFinish(out int length)
    {
        length = _overflowed ? 0 : _length;
        return !_overflowed;
    }

    private bool Reserve(StunAttribute type, int length, out Span<byte> value)
    {
        value = default;
        int padded = (length + 3) & ~3;
        if (_overflowed || length > ushort.MaxValue - 4 || _buffer.Length - _length < 4 + padded || _length + 4 + padded > ushort.MaxValue)
        {
            _overflowed = true;
            return false;
        }

        var room = _buffer[_length..];
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)length);
        room[(4 + length)..(4 + padded)].Clear();
        value = room.Slice(4, length);
        _length += 4 + padded;
        WriteLength(_buffer, _length);
        return true;
    }
}
