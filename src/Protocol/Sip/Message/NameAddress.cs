// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>
/// The value of From, To, Contact, Route, Record-Route, Refer-To and their kin: <c>"Name" &lt;uri&gt;;tag=x</c> or <c>uri;tag=x</c>
/// (RFC 3261 §20.10, §25.1 name-addr and addr-spec).
/// </summary>
/// <remarks>A view: it lives no longer than the bytes it was parsed from.</remarks>
internal readonly ref struct NameAddress
{
    private NameAddress(ReadOnlySpan<byte> text) => Text = text;

    /// <summary>The whole value.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The display name as written, quotes included; empty when there is none.</summary>
    public ReadOnlySpan<byte> DisplayName => Text[..NameLength];

    /// <summary>The URI's bytes.</summary>
    public ReadOnlySpan<byte> UriText => Uri.Text;

    /// <summary>The URI.</summary>
    public SipUriView Uri { get; private init; }

    /// <summary>The header parameters, those behind the closing bracket.</summary>
    public SipParameters Parameters => new(Text[ParametersStart..]);

    /// <summary>The tag parameter; empty when there is none.</summary>
    public ReadOnlySpan<byte> Tag => Text.Slice(TagStart, TagLength);

    private int NameLength { get; init; }

    private int ParametersStart { get; init; }

    private int TagStart { get; init; }

    private int TagLength { get; init; }

    /// <summary>The expires parameter of a Contact; false when it is absent or no number.</summary>
    public bool TryGetExpires(out uint seconds)
    {
        seconds = 0;
        return Parameters.TryGet("expires"u8, out ReadOnlySpan<byte> value) && SipText.TryParseUInt(value, out seconds);
    }

    /// <summary>The display name without quotes and escapes. Allocates.</summary>
    public string DisplayNameString() => SipText.Unquote(DisplayName);

    /// <summary>Parses one value (no list).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NameAddress address)
    {
        address = default;
        text = SipText.Trim(text);
        int open = text.IndexOfAny((byte)'<', (byte)'"', (byte)';');
        if (open < 0 || text[open] == ';')
            return AddressOnly(text, open < 0 ? text.Length : open, out address);
        if (text[open] == '"')
        {
            int quoted = SipText.QuotedLength(text[open..]);
            if (open != 0 || quoted < 0)
                return false;
            int spaces = quoted;
            while (spaces < text.Length && SipText.IsSpace(text[spaces]))
                spaces++;
            if (spaces == text.Length || text[spaces] != '<')
                return false;
            return Bracketed(text, quoted, spaces, out address);
        }

        ReadOnlySpan<byte> name = SipText.Trim(text[..open]);
        return IsUnquotedName(name) && Bracketed(text, name.Length, open, out address);
    }

    private static bool Bracketed(ReadOnlySpan<byte> text, int nameLength, int open, out NameAddress address)
    {
        address = default;
        int length = text[(open + 1)..].IndexOf((byte)'>');
        if (length < 0 || !SipUriView.TryParse(SipText.Trim(text.Slice(open + 1, length)), out SipUriView uri))
            return false;
        return Finish(text, nameLength, uri, open + length + 2, out address);
    }

    // Without brackets every semicolon starts a header parameter, and a question mark or comma makes the value ambiguous (§20.10).
    private static bool AddressOnly(ReadOnlySpan<byte> text, int end, out NameAddress address)
    {
        address = default;
        ReadOnlySpan<byte> uriText = SipText.Trim(text[..end]);
        if (uriText.IndexOfAny((byte)'?', (byte)',') >= 0 || !SipUriView.TryParse(uriText, out SipUriView uri))
            return false;
        return Finish(text, 0, uri, end, out address);
    }

    private static bool Finish(ReadOnlySpan<byte> text, int nameLength, scoped in SipUriView uri, int parametersStart, out NameAddress address)
    {
        int tagStart = 0;
        int tagLength = 0;
        SipParameters.Enumerator walk = new(text[parametersStart..]);
        while (walk.MoveNext())
        {
            if (walk.Current.Name.Length != 3 || !SipText.EqualsIgnoreCase(walk.Current.Name, "tag"u8))
                continue;
            tagLength = walk.Current.Value.Length;
            tagStart = text.Overlaps(walk.Current.Value, out int at) ? at : 0;
        }

        address = new NameAddress(text)
        {
            Uri = uri,
            NameLength = nameLength,
            ParametersStart = parametersStart,
            TagStart = tagStart,
            TagLength = tagLength,
        };
        return !walk.IsMalformed;
    }

    // Tokens and white space; bytes beyond ASCII are let through, as many phones send names unquoted.
    private static bool IsUnquotedName(ReadOnlySpan<byte> name)
    {
        while (!name.IsEmpty)
        {
            int token = SipText.TokenLength(name);
            name = name[token..];
            if (name.IsEmpty)
                return true;
            if (!SipText.IsSpace(name[0]) && name[0] < 0x80)
                return false;
            name = name[1..];
        }

        return true;
    }
}
