// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>All fingerprints that a description names for a stream (RFC 8122 §5.1). Immutable.</summary>
internal sealed class FingerprintSet : IEquatable<FingerprintSet>
{
    /// <summary>Most lines that are read: a peer has one certificate, or one of each kind while it changes them.</summary>
    public const int Most = 16;

    private readonly Fingerprint[] _all;

    /// <summary>A set; order and repetitions do not matter.</summary>
    public FingerprintSet(params IEnumerable<Fingerprint> all) =>
        _all = [.. all.Distinct().OrderBy(one => one.Hash).ThenBy(one => one.Value, StringComparer.Ordinal)];

    /// <summary>True when nothing can be proven.</summary>
    public bool IsEmpty => _all.Length == 0;

    /// <summary>In a fixed order.</summary>
    public IReadOnlyList<Fingerprint> All => _all;

    /// <summary>Is this one of the described certificates? Of several hash functions only the strongest counts (§5.1): a weaker one proves nothing beside it.</summary>
    /// <param name="certificate">DER.</param>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        if (IsEmpty) return false;
        var shown = Fingerprint.Of(certificate, _all[^1].Hash);
        return Array.IndexOf(_all, shown) >= 0;
    }

    /// <summary>Reads the fingerprints of a stream: its own, else the session's.</summary>
    /// <param name="session">The description.</param>
    /// <param name="media">The stream in it.</param>
    /// <param name="hasAny">True when there is a line at all, of whatever hash function.</param>
    public static FingerprintSet Read(SessionDescription session, MediaDescription media, out bool hasAny)
    {
        var ofMedia = Read(media, out hasAny);
        return hasAny ? ofMedia : Read(session, out hasAny);
    }

    /// <inheritdoc/>
    public bool Equals(FingerprintSet? other) => other is not null && _all.AsSpan().SequenceEqual(other._all);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FingerprintSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _all.Aggregate(0, (code, one) => HashCode.Combine(code, one));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", (object[])_all);

    private static FingerprintSet Read(SdpSection section, out bool hasAny)
    {
        hasAny = false;
        var all = new List<Fingerprint>();
        foreach (var value in section.Attributes("fingerprint"u8))
        {
            hasAny = true;
            if (all.Count < Most && Fingerprint.TryParse(value, out var one)) all.Add(one!);
        }

        return new FingerprintSet(all);
    }
}
