// SPDX-License-Identifier: MIT
using System.Collections.Immutable;

namespace Earshot.Verification;

/// <summary>All peers that are known, and the text of their file. Immutable.</summary>
/// <remarks>
/// <code>
///   earshot known peers 1
///   …one line a peer…
///   end 2                        the number of peers: a file that was cut is seen
/// </code>
/// </remarks>
internal sealed class PeerTable
{
    /// <summary>Most peers; of the others the one whose last call is longest ago makes room.</summary>
    public const int Most = 1000;

    /// <summary>No file of ours is longer.</summary>
    public const int LongestText = Most * 512;

    private const string Head = "earshot known peers 1";

    private readonly ImmutableDictionary<string, PeerRecord> _peers;

    private PeerTable(ImmutableDictionary<string, PeerRecord> peers) => _peers = peers;

    /// <summary>Nobody.</summary>
    public static PeerTable Empty { get; } = new(ImmutableDictionary<string, PeerRecord>.Empty);

    /// <summary>By address.</summary>
    public IEnumerable<PeerRecord> All => _peers.Values.OrderBy(peer => peer.Address, StringComparer.Ordinal);

    /// <summary>Null for who is not known.</summary>
    public PeerRecord? Find(string address) => _peers.GetValueOrDefault(address);

    /// <summary>Reads a file's text.</summary>
    /// <returns>Null when it is damaged.</returns>
    public static PeerTable? Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines is not [Head, .. var body, var end, ""] || body.Length > Most || end != $"end {body.Length}") return null;
        var peers = body.Select(PeerRecord.Parse).OfType<PeerRecord>().DistinctBy(peer => peer.Address).ToImmutableDictionary(peer => peer.Address, StringComparer.Ordinal);
        return peers.Count == body.Length ? new(peers) : null;
    }

    /// <summary>The file's text.</summary>
    public override string ToString() => string.Join('\n', [Head, .. All.Select(peer => peer.ToLine()), $"end {_peers.Count}", ""]);

    /// <summary>Without somebody.</summary>
    public PeerTable Without(string address) => new(_peers.Remove(address));

    /// <summary>With somebody, or what is known of them now.</summary>
    /// <returns>The same table when there is no room: who only called us takes nobody's place that we called, and nobody takes that of who was confirmed.</returns>
    public PeerTable With(PeerRecord peer)
    {
        if (_peers.Count < Most || _peers.ContainsKey(peer.Address)) return new(_peers.SetItem(peer.Address, peer));
        var oldest = _peers.Values.Where(other => Rank(other) <= Rank(peer) && other.Confirmed is null).MinBy(other => (Rank(other), other.Day));
        return oldest is null ? this : new(_peers.Remove(oldest.Address).SetItem(peer.Address, peer));
    }

    private static int Rank(PeerRecord peer) => peer.Confirmed is not null ? 2 : peer.IsReached ? 1 : 0;
}
