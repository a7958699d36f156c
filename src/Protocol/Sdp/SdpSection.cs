// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>Lines that belong together: those of the session, or those of one medium. Immutable.</summary>
/// <remarks>Every line is kept byte for byte and in its place, known or not, so that writing gives back what was read.</remarks>
internal abstract class SdpSection(ReadOnlyMemory<SdpLine> lines)
{
    /// <summary>All lines in order; a medium's first is its m= line.</summary>
    public ReadOnlySpan<SdpLine> Lines => lines.Span;

    /// <summary>The value of the first line of that letter.</summary>
    public bool TryGetLine(char type, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly var line in Lines)
        {
            if (line.Type != type) continue;
            value = line.Value.Span;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>The value of the first attribute of that name; empty for a bare one.</summary>
    public bool TryGetAttribute(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var attributes = Attributes(name);
        var found = attributes.MoveNext();
        value = found ? attributes.Current : default;
        return found;
    }

    /// <summary>Is there an attribute of that name?</summary>
    public bool HasAttribute(ReadOnlySpan<byte> name) => TryGetAttribute(name, out _);

    /// <summary>The values of all attributes of that name, in order.</summary>
    public AttributeValues Attributes(ReadOnlySpan<byte> name) => new(Lines, name);

    /// <summary>The first direction attribute; false when none is written.</summary>
    public bool TryGetDirection(out MediaDirection direction)
    {
        foreach (ref readonly var line in Lines)
        {
            if (line.Type == 'a' && MediaDirections.TryParse(line.Value.Span, out direction)) return true;
        }
        direction = MediaDirection.SendReceive;
        return false;
    }

    /// <summary>An attribute that is a positive number of milliseconds (ptime, maxptime); 0 when absent or nonsense.</summary>
    public double Milliseconds(ReadOnlySpan<byte> name)
    {
        if (!TryGetAttribute(name, out var value) || value.Length > 16) return 0;
        var parsed = double.TryParse(value.Trim((byte)' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        return parsed && number is > 0 and <= 1000 ? number : 0;
    }

    /// <summary>The section's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (ref readonly var line in Lines)
            text.Append((char)line.Type).Append('=').Append(Encoding.UTF8.GetString(line.Value.Span)).Append("\r\n");
        return text.ToString();
    }

    /// <summary>Walks the values of one attribute.</summary>
    internal ref struct AttributeValues(ReadOnlySpan<SdpLine> lines, ReadOnlySpan<byte> name)
    {
        private readonly ReadOnlySpan<SdpLine> _lines = lines;
        private readonly ReadOnlySpan<byte> _name = name;
        private int _next;

        /// <summary>The value that was reached.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>The walk itself, for <c>foreach</c>.</summary>
        public readonly AttributeValues GetEnumerator() => this;

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext()
        {
            while (_next < _lines.Length)
            {
                ref readonly var line = ref _lines[_next++];
                if (line.Type != 'a') continue;
                var text = line.Value.Span;
                if (!text.StartsWith(_name)) continue;
                if (text.Length > _name.Length && text[_name.Length] != ':') continue;
                Current = text.Length > _name.Length ? text[(_name.Length + 1)..] : default;
                return true;
            }
            return false;
        }
    }
}
