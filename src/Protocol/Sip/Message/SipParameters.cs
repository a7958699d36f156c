// SPDX-License-Identifier: MIT
using System.Buffers;

namespace Earshot.Protocol.Sip;

/// <summary>The parameters behind a header value or within a URI: <c>;name=value;flag;name="quoted"</c> (RFC 3261 §25.1 generic-param).</summary>
/// <remarks>A view of the message's bytes. Values keep their quotes and escapes; white space around separators is no part of them.</remarks>
internal readonly ref struct SipParameters(ReadOnlySpan<byte> text)
{
    private static readonly SearchValues<byte> ValueEnds = SearchValues.Create(";,\" \t\r\n<>?"u8);

    /// <summary>The bytes, from the first semicolon; empty when there is none.</summary>
    public ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>True without any parameter.</summary>
    public bool IsEmpty => Text.IsEmpty;

    /// <summary>The parameter's value, empty for a flag; false when it is absent. Names are compared without regard to case.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (SipParameter parameter in this)
        {
            if (SipText.EqualsIgnoreCase(parameter.Name, name))
            {
                value = parameter.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>True when the parameter is there, with or without a value.</summary>
    public bool Has(ReadOnlySpan<byte> name) => TryGet(name, out _);

    /// <summary>Enumerates name and value pairs.</summary>
    public Enumerator GetEnumerator() => new(Text);

    /// <summary>Walks the pairs; stops at the end or at the first fault.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        /// <summary>The pair at hand.</summary>
        public SipParameter Current { get; private set; }

        /// <summary>True when the walk ended because of a fault.</summary>
        public bool IsMalformed { get; private set; }

        /// <summary>Moves to the next pair.</summary>
        public bool MoveNext()
        {
            ReadOnlySpan<byte> rest = SipText.TrimStart(_rest);
            if (rest.IsEmpty)
                return false;
            if (rest[0] != ';')
                return Fault();

            rest = SipText.TrimStart(rest[1..]);
            int length = NameLength(rest);
            if (length == 0)
                return Fault();

            ReadOnlySpan<byte> name = rest[..length];
            rest = SipText.TrimStart(rest[length..]);
            if (rest.IsEmpty || rest[0] != '=')
            {
                Current = new SipParameter(name, default);
                _rest = rest;
                return true;
            }

            rest = SipText.TrimStart(rest[1..]);
            length = ValueLength(rest);
            if (length <= 0)
                return Fault();
            Current = new SipParameter(name, rest[..length]);
            _rest = rest[length..];
            return true;
        }

        // URI parameters may also hold [ ] / : & + $ and escapes in their names; nothing but a separator ends a name.
        private static int NameLength(ReadOnlySpan<byte> text)
        {
            int length = SipText.TokenLength(text);
            while (length < text.Length && text[length] is (byte)'[' or (byte)']' or (byte)'/' or (byte)':' or (byte)'&' or (byte)'$' or (byte)'(' or (byte)')')
                length += 1 + SipText.TokenLength(text[(length + 1)..]);
            return length;
        }

        private static int ValueLength(ReadOnlySpan<byte> text)
        {
            if (!text.IsEmpty && text[0] == '"')
                return SipText.QuotedLength(text);
            int end = text.IndexOfAny(ValueEnds);
            return end < 0 ? text.Length : end;
        }

        private bool Fault()
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }
    }
}

/// <summary>One parameter: <c>name=value</c>, or a flag with an empty value.</summary>
internal readonly ref struct SipParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    /// <summary>The name as written.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The value as written, quotes included.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
