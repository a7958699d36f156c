// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>One header line of a message: what it is called and its value, folding still in it.</summary>
internal readonly ref struct SipHeaderLine(SipHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    /// <summary>The header field, <see cref="SipHeader.Other"/> for one that is known by name only.</summary>
    public SipHeader Header { get; } = header;

    /// <summary>The name as written, long or compact.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The value without white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
