// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>
/// Reads along what a peer's WebSocket frames are headed with (RFC 6455 §5.2), and says no as soon as a head does: the framework waits for bytes behind it,
/// which a stranger need not send.
/// </summary>
/// <remarks>Pure; one reader. Payloads are the framework's.</remarks>
/// <param name="isServer">The peer is the client, which masks (§5.1).</param>
internal sealed class WebSocketFrameJudge(bool isServer)
{
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const int LongestControl = 125;

    // A sender has no reason for one; a proxy that cuts messages may leave some.
    private const int MostEmpty = 16;

    private readonly byte[] _head = new byte[10];
    private int _have;
    private ulong _left;
    private ulong _message;
    private int _empty;

    /// <summary>Takes what was read.</summary>
    /// <returns>False where the connection is to be closed.</returns>
    public bool Accepts(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_left > 0)
            {
                var passed = (int)Math.Min(_left, (ulong)bytes.Length);
                _left -= (ulong)passed;
                bytes = bytes[passed..];
                continue;
            }

            _head[_have++] = bytes[0];
            bytes = bytes[1..];
            if (_have == 2 && !IsPossible(_head[0], _head[1])) return false;
            if (_have < 2 || _have < 2 + LengthBytes(_head[1])) continue;
            if (!IsBounded(_head[0], Length())) return false;
            _left = Length() + (isServer ? 4u : 0);
            _have = 0;
        }

        return true;
    }

    // Nobody has agreed on an extension that would give the reserved bits a meaning.
    private bool IsPossible(byte first, byte second)
    {
        var (kind, length) = (first & 0x0f, second & 0x7f);
        if ((first & 0x70) != 0 || (second & Masked) != 0 != isServer) return false;
        return kind switch
        {
            0 or 1 or 2 => true,
            8 or 9 or 10 => (first & Final) != 0 && length <= LongestControl,
            _ => false,
        };
    }

    private bool IsBounded(byte first, ulong length)
    {
        if ((first & 0x08) != 0) return true;
        var isFinal = (first & Final) != 0;
        _empty += length == 0 && !isFinal ? 1 : 0;
        if (_empty > MostEmpty || length > SipMessage.MaxLength || (_message += length) > SipMessage.MaxLength) return false;
        if (isFinal) (_message, _empty) = (0, 0);
        return true;
    }

    private ulong Length() => LengthBytes(_head[1]) switch
    {
        0 => (ulong)(_head[1] & 0x7f),
        2 => BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)),
        _ => BinaryPrimitives.ReadUInt64BigEndian(_head.AsSpan(2)),
    };

    private static int LengthBytes(byte second) => (second & 0x7f) switch { 126 => 2, 127 => 8, _ => 0 };
}
