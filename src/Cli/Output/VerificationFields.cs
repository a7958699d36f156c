// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Output;

/// <summary>An authentication string as scripts and people get it.</summary>
internal static class VerificationFields
{
    private const int WordsInLine = 8;

    /// <summary>Of a call.</summary>
    public static IReadOnlyList<Field> Of(string peer, PeerVerification verification) =>
    [
        new("peer", peer),
        new("state", State(verification.IsConfirmed)),
        new("confirmed_as", verification.ConfirmedAs),
        new("words", verification.Words),
        new("digits", verification.Digits),
        new("fingerprint", verification.Fingerprint),
    ];

    /// <summary>Of somebody who is known.</summary>
    public static IReadOnlyList<Field> Of(KnownPeer peer) =>
    [
        new("peer", peer.Address),
        new("state", State(peer.IsConfirmed)),
        new("held_to_dtls", peer.IsReached || peer.IsConfirmed),
        new("last_call", peer.LastCall.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)),
        new("words", peer.Words),
        new("digits", peer.Digits),
    ];

    /// <summary>For people: the words, then the digits.</summary>
    public static IEnumerable<string> Lines(string words, string digits) =>
        words.Split(' ').Chunk(WordsInLine).Select(line => string.Join(' ', line)).Append(digits);

    private static string State(bool isConfirmed) => isConfirmed ? "verified" : "unverified";
}
