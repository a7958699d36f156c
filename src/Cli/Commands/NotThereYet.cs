// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;

namespace Earshot.Cli.Commands;

/// <summary>Verbs that are planned: each says that it is not there yet, whatever follows it, rather than being taken for a slip.</summary>
internal static class NotThereYet
{
    private static readonly (string Verb, string Instead)[] Verbs =
    [
        ("account", "Call an address directly: earshot call sip:user@host"),
        ("phone", "earshot answer takes calls and earshot call places them."),
        ("contacts", "Call an address directly: earshot call sip:user@host"),
        ("message", "Calls work: earshot call sip:user@host"),
        ("presence", "Calls work: earshot call sip:user@host"),
    ];

    public static IEnumerable<Command> CreateAll() => Verbs.Select(v => Create(v.Verb, v.Instead));

    private static Command Create(string verb, string instead)
    {
        var rest = new Argument<string[]>("ARGUMENTS") { Arity = ArgumentArity.ZeroOrMore };
        var outputs = new OutputOptionSet();
        var command = new Command(verb, "Not there yet.") { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        command.Arguments.Add(rest);
        outputs.AddTo(command);
        command.Runs(outputs, (_, _, _) => throw new UsageException($"{verb} is not there yet", instead));
        return command;
    }
}
