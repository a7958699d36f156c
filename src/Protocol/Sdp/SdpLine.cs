// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>One line, <c>type=value</c>, without its line break (RFC 8866 §5).</summary>
/// <param name="Type">The letter.</param>
/// <param name="Value">What follows the equals sign, byte for byte.</param>
internal readonly record struct SdpLine(byte Type, ReadOnlyMemory<byte> Value);
