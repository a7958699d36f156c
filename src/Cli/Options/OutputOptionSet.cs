// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Output;

namespace Earshot.Cli.Options;

/// <summary><c>--json</c>, <c>--quiet</c>, <c>--verbose</c>.</summary>
internal sealed class OutputOptionSet
{
    private readonly Option<bool> _json = new("--json") { Description = "one JSON object a line on standard output" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "say only what went wrong; with --json leave out the counters of every second" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "show each SIP message" };

    public void AddTo(Command command, bool quietAndVerbose = true)
    {
        command.Options.Add(_json);
        if (!quietAndVerbose) return;
        command.Options.Add(_quiet);
        command.Options.Add(_verbose);
    }

    public bool IsJson(ParseResult said) => said.GetValue(_json);

    public bool IsVerbose(ParseResult said) => said.GetValue(_verbose);

    public bool IsQuiet(ParseResult said) => said.GetValue(_quiet);

    /// <exception cref="UsageException">Two of them contradict each other.</exception>
    public void Check(ParseResult said)
    {
        if (IsQuiet(said) && IsVerbose(said)) throw new UsageException("--quiet and --verbose contradict each other", "Leave one of them out.");
    }

    public IOutput Open(ParseResult said)
    {
        return IsJson(said)
            ? new JsonOutput(Console.OpenStandardOutput(), said.GetValue(_quiet))
            : new TextOutput(Console.Out, Console.Error, !Console.IsOutputRedirected, said.GetValue(_quiet));
    }
}
