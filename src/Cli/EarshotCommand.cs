// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Commands;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli;

/// <summary>The whole command: its verbs, and what becomes of words that make no sense.</summary>
internal static class EarshotCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = CreateRoot();
        foreach (var planned in NotThereYet.CreateAll()) root.Subcommands.Add(planned);
        var said = root.Parse(WithoutHelpVerb(arguments));
        if (UsageErrors.Find(said) is { } wrong)
        {
            // The lab writes its JSON to a file.
            IOutput output = arguments.Contains("--json") && arguments[0] != "lab"
                ? new JsonOutput(Console.OpenStandardOutput())
                : new TextOutput(Console.Out, Console.Error, terminal: false, quiet: false);
            output.Error("usage", wrong.Message, wrong.Hint);
            return ExitStatus.Usage;
        }

        // Signals are the commands' own: a call is ended with BYE before the process goes.
        return await said.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }

    // help and help VERB are what --help and VERB --help are.
    private static string[] WithoutHelpVerb(string[] arguments) => arguments is ["help", .. var rest] ? [.. rest.Take(1), "--help"] : arguments;

    /// <summary>What is there: each verb with its options.</summary>
    internal static RootCommand CreateRoot() =>
        new("Earshot: an open softphone. SIP, SRTP and Opus; calls anyone, measures what it does.")
        {
            CallCommand.Create(),
            AnswerCommand.Create(),
            LoopbackCommand.Create(),
            LatencyCommand.Create(),
            VerifyCommand.Create(),
            DevicesCommand.Create(),
            DemoCommand.Create(),
            LabCommand.Create(),
        };
}
