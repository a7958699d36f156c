// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>A media type or range: <c>application/sdp;charset=utf-8</c>, <c>*/*</c> (RFC 3261 §20.15, §20.1).</summary>
internal readonly ref struct MediaType
{
    /// <summary>The type.</summary>
    public ReadOnlySpan<byte> Type { get; private init; }

    /// <summary>The subtype.</summary>
    public ReadOnlySpan<byte> Subtype { get; private init; }

    /// <summary>Parameters.</summary>
    public SipParameters Parameters { get; private init; }

    /// <summary>Parses one value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out MediaType type)
    {
        int semicolon = text.IndexOf((byte)';');
        ReadOnlySpan<byte> name = semicolon < 0 ? text : text[..semicolon];
        int slash = name.IndexOf((byte)'/');
        type = slash < 0 ? default : new MediaType
        {
            Type = SipText.Trim(name[..slash]),
            Subtype = SipText.Trim(name[(slash + 1)..]),
            Parameters = new SipParameters(semicolon < 0 ? default : text[semicolon..]),
        };
        return SipText.IsToken(type.Type) && SipText.IsToken(type.Subtype);
    }

    /// <summary>True when this range holds the type; parameters aside.</summary>
    public bool Covers(ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype) =>
        (Type.SequenceEqual("*"u8) || SipText.EqualsIgnoreCase(Type, type))
        && (Subtype.SequenceEqual("*"u8) || SipText.EqualsIgnoreCase(Subtype, subtype));

    /// <summary>True when this is the type <c>type/subtype</c>; parameters and case aside.</summary>
    public bool Is(ReadOnlySpan<char> name)
    {
        int slash = name.IndexOf('/');
        return slash > 0 && Ascii.EqualsIgnoreCase(Type, name[..slash]) && Ascii.EqualsIgnoreCase(Subtype, name[(slash + 1)..]);
    }
}
