// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Earshot.Cli.Options;

/// <summary>Words that make no sense: which, and what to write instead.</summary>
internal static class UsageErrors
{
    private const int Slips = 2;

    /// <summary>What is wrong first; null when nothing is.</summary>
    public static UsageException? Find(ParseResult said)
    {
        if (said.CommandResult.Command.Hidden) return null; // a planned verb says that it is planned
        if (said.Action is HelpAction)
            return said is { CommandResult.Command: RootCommand all, UnmatchedTokens.Count: > 0 } ? NoVerb(said, all) : null;
        if (UnknownOption(said) is { } option) return Unknown(option, said.CommandResult.Command);
        if (said.CommandResult.Command is RootCommand root && said.Errors.Count > 0) return NoVerb(said, root);
        if (said.UnmatchedTokens is [var extra, ..]) return TooMuch(extra, said.CommandResult.Command);
        return said.Errors is [var error, ..] ? Of(error, said.CommandResult.Command) : null;
    }

    private static UsageException Of(ParseError error, Command verb)
    {
        // The error of a value is its argument's, whose option stands above it.
        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is { } option) return OfValue(option);
        if (error.SymbolResult is ArgumentResult or CommandResult && verb.Arguments is [var argument, ..])
            return new($"{verb.Name} needs a {argument.Name}", $"Say e.g. earshot {verb.Name} sip:bob@192.0.2.7");
        return new(error.Message, $"See: earshot help {verb.Name}");
    }

    private static UsageException OfValue(OptionResult said)
    {
        var name = said.Option.Name;
        var what = said.Tokens switch
        {
            [] => $"{name}: nothing follows it",
            [_, _, ..] => $"{name} is said {said.Tokens.Count} times",
            [var value] => $"{name} {value.Value}: not {(IsWhole(said.Option) ? "a whole number that fits" : "a number")}",
        };
        return new(what, said.Tokens is [var number] && WithPoint(number.Value) is { } point ? $"Write a point: {name} {point}" : OptionExamples.Say(name));
    }

    // 1,5 is one and a half in most of Europe.
    private static string? WithPoint(string value) =>
        value.Count(c => c == ',') == 1 && value.Replace(',', '.') is var point && double.TryParse(point, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? point : null;

    private static bool IsWhole(Option option) => option.ValueType == typeof(int?) || option.ValueType == typeof(ulong?);

    // An unknown option is taken for an argument where there is room for one.
    private static string? UnknownOption(ParseResult said) => said.UnmatchedTokens
        .Concat(said.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value))
        .FirstOrDefault(word => word.StartsWith('-') && word.Length > 1);

    private static UsageException Unknown(string option, Command verb)
    {
        var name = option.Split('=')[0];
        var whose = verb is RootCommand ? "earshot" : $"earshot {verb.Name}";
        return new($"{whose} has no option {name}", Nearest(name, verb.Options.Select(o => o.Name)) is { } near
            ? $"Did you mean {near}? See: {whose} --help"
            : $"See: {whose} --help");
    }

    private static UsageException NoVerb(ParseResult said, RootCommand root)
    {
        var verbs = root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToArray();
        if (said.UnmatchedTokens is not [var word, ..]) return new("say what to do", $"One of {string.Join(", ", verbs)}. See: earshot help");
        return new($"there is no verb '{word}'", Nearest(word, verbs) is { } near
            ? $"Did you mean earshot {near}? See: earshot help"
            : $"Say one of {string.Join(", ", verbs)}. See: earshot help");
    }

    private static UsageException TooMuch(string extra, Command verb) => new(
        $"'{extra}' is too much after {verb.Name}{(verb.Arguments is [var argument, ..] ? $" {argument.Name}" : "")}",
        $"Options begin with --, names with spaces go between quotes. See: earshot help {verb.Name}");

    private static string? Nearest(string word, IEnumerable<string> known) => known
        .Select(k => (Word: k, Away: Distance(word, k)))
        .Where(k => k.Away <= Math.Min(Slips, word.Length / 2))
        .OrderBy(k => k.Away)
        .Select(k => k.Word)
        .FirstOrDefault();

    /// <summary>Letters to change, add or leave out (Levenshtein).</summary>
    internal static int Distance(string a, string b)
    {
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var next = new int[b.Length + 1];
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
                next[j] = Math.Min(Math.Min(next[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            last = next;
        }

        return last[b.Length];
    }
}
