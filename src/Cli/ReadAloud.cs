// SPDX-License-Identifier: MIT
namespace Earshot.Cli;

/// <summary>What somebody types of the authentication string that the other side reads aloud, beside ours.</summary>
/// <remarks>All of it: who sits between needs but half the bits of what is compared (docs/security.md), so a part would be ground in seconds.</remarks>
internal static class ReadAloud
{
    /// <summary>Neither a whole string of digits nor of words.</summary>
    public const string IncompleteText = "that is not all of it: 40 digits, or 16 words, as the other side reads them";

    /// <summary>Whole, but another one.</summary>
    public const string DifferentText = "what you typed is not what this phone sees: nothing was confirmed";

    /// <summary>What to do then.</summary>
    public const string DifferentHint = "Let them read it once more. If it stays so, somebody is between you: hang up, and call over another network.";

    /// <summary>What it comes to.</summary>
    public enum Outcome
    {
        /// <summary>Both sides see the same.</summary>
        Same,

        /// <summary>They do not, or it was mistyped.</summary>
        Different,

        /// <summary>Too little, or too much, to say so.</summary>
        Incomplete,
    }

    /// <summary>Compares; case, spaces and punctuation say nothing.</summary>
    /// <param name="typed">Digits or words.</param>
    /// <param name="words">Ours.</param>
    /// <param name="digits">The same as digits.</param>
    public static Outcome Compare(string typed, string words, string digits)
    {
        var said = PartsOf(typed);
        if (said.Length > 0 && said.All(part => part.All(char.IsAsciiDigit))) return Compare(EachOf(said), EachOf(PartsOf(digits)));
        return Compare(said, PartsOf(words));
    }

    private static Outcome Compare(string[] said, string[] ours) =>
        said.Length != ours.Length ? Outcome.Incomplete : said.SequenceEqual(ours, StringComparer.OrdinalIgnoreCase) ? Outcome.Same : Outcome.Different;

    private static string[] EachOf(string[] groups) => [.. string.Concat(groups).Select(digit => digit.ToString())];

    private static string[] PartsOf(string text) =>
        new string([.. text.Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
