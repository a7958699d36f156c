// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>The elements of an RTP header extension, one-byte and two-byte form (RFC 8285 §4).</summary>
/// <remarks>
/// <code>
///   0xBEDE  one byte:   | ID 4 | len−1 4 | data …     ID 0 is padding, ID 15 ends all
///   0x100x  two bytes:  | ID 8 | len 8   | data …     ID 0 is padding
/// </code>
/// Enumerable by <c>foreach</c>. Broken elements end the enumeration.
/// </remarks>
internal readonly ref struct HeaderExtension(ushort profile, ReadOnlySpan<byte> data)
{
    /// <summary>Announces the one-byte form.</summary>
    public const ushort OneByteProfile = 0xbede;

    private const ushort TwoByteProfile = 0x1000;

    /// <summary>The 16 bits that the profile defines.</summary>
    public ushort Profile { get; } = profile;

    /// <summary>All bytes behind the extension's header.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>The data of an element.</summary>
    /// <param name="id">Its number, as the description mapped it.</param>
    /// <param name="element">Its bytes.</param>
    public bool TryFind(int id, out ReadOnlySpan<byte> element)
    {
        foreach (var candidate in this)
        {
            if (candidate.Id != id)
                continue;
            element = candidate.Data;
            return true;
        }

        element = default;
        return false;
    }

    /// <summary>The elements in their order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>One element.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="data">Its bytes.</param>
    public readonly ref struct Element(int id, ReadOnlySpan<byte> data)
    {
        /// <summary>Its number.</summary>
        public int Id { get; } = id;

        /// <summary>Its bytes.</summary>
        public ReadOnlySpan<byte> Data { get; } = data;
    }

    /// <summary>Walks the elements.</summary>
    public ref struct Enumerator
    {
        private readonly int _headerLength;
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(HeaderExtension extension)
        {
            _headerLength = extension.Profile == OneByteProfile ? 1 : (extension.Profile & 0xfff0) == TwoByteProfile ? 2 : 0;
            _rest = _headerLength == 0 ? default : extension.Data;
        }

        /// <summary>The element that <see cref="MoveNext"/> found.</summary>
        public Element Current { get; private set; }

        /// <summary>Goes to the next element, over padding.</summary>
        public bool MoveNext()
        {
            _rest = _rest.TrimStart((byte)0);
            if (_rest.Length < _headerLength || _rest.IsEmpty)
                return false;
            int id = _headerLength == 1 ? _rest[0] >> 4 : _rest[0];
            int length = _headerLength == 1 ? (_rest[0] & 0xf) + 1 : _rest[1];
            bool ends = _headerLength == 1 && (id is 0 or 15);
            if (ends || _rest.Length < _headerLength + length)
                return false;
            Current = new Element(id, _rest.Slice(_headerLength, length));
            _rest = _rest[(_headerLength + length)..];
            return true;
        }
    }
}
