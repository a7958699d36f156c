// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Commands;

namespace Earshot.Cli;

/// <summary>The whole command: its verbs, and what becomes of words that make no sense.</summary>
internal static class EarshotCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Earshot: an open softphone. SIP, SRTP and Opus; calls anyone, measures what it does.")
        {
            CallCommand.Create(),
            AnswerCommand.Create(),
            LoopbackCommand.Create(),
            LatencyCommand.Create(),
            DevicesCommand.Create(),
            DemoCommand.Create(),
        };

        var said = root.Parse(arguments);
        if (said.Errors.Count > 0)
        {
            Console.Error.WriteLine($"earshot: {Output.TextOutput.Clean(said.Errors[0].Message)}");
            Console.Error.WriteLine("  See: earshot --help, earshot VERB --help");
            return ExitStatus.Usage;
        }

        // Signals are the commands' own: a call is ended with BYE before the process goes.
        return await said.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }
}
