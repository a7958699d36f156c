// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;
using Earshot.Audio.Native;
using Earshot.Cli.Options;
using Earshot.Cli.Output;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Cli.Commands;

/// <summary>Runs a command's body and makes whatever goes wrong one line and an exit status.</summary>
internal static class CommandRunner
{
    public static void Runs(this Command command, OutputOptionSet outputs, Func<ParseResult, IOutput, Interrupts, Task<int>> body) =>
        command.SetAction((said, cancel) => RunAsync(said, outputs, body, cancel));

    private static async Task<int> RunAsync(
        ParseResult said, OutputOptionSet outputs, Func<ParseResult, IOutput, Interrupts, Task<int>> body, CancellationToken cancel)
    {
        IOutput output = new TextOutput(Console.Out, Console.Error, terminal: false, quiet: true);
        using var interrupts = new Interrupts(cancel);
        try
        {
            output = outputs.Open(said);
            outputs.Check(said);
            SharedFiles.Refuse(said);
            return interrupts.StatusOr(await body(said, output, interrupts).ConfigureAwait(false));
        }
        catch (UsageException wrong)
        {
            return Failed(output, ExitStatus.Usage, "usage", wrong.Message, wrong.Hint ?? SeeHelp(said));
        }
        catch (AudioDeviceException wrong)
        {
            return Failed(output, ExitStatus.AudioDevice, "audio-device", wrong.Message,
                said.CommandResult.Command.Name == "lab" ? "Name a WAV file with --mic." : "Check --mic and --speaker; earshot devices lists the sound cards.");
        }
        catch (PhoneException wrong) when (wrong.InnerException is OwnersFileException)
        {
            return Failed(output, ExitStatus.Security, "identity", wrong.Message, "It holds who you are, or whom you confirmed: mend it, or move it aside and confirm your contacts anew.");
        }
        catch (PhoneException wrong)
        {
            return Failed(output, ExitStatus.Network, "network", wrong.Message, wrong.Hint ?? "Choose another address with --listen; port 0 takes a free one.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return Failed(output, ExitStatus.Usage, "file", wrong.Message, "Name a file in a folder that you may write to, on a disk that has room.");
        }
        catch (NativeLibraryMissingException wrong)
        {
            return Failed(output, ExitStatus.Usage, "library-missing", wrong.Message, "Install it, or choose what works without it.");
        }
        catch (ArgumentException wrong)
        {
            return Failed(output, ExitStatus.Usage, "usage", WithoutParameterName(wrong), SeeHelp(said));
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            return interrupts.StatusOr(ExitStatus.Done);
        }
        catch (Exception wrong)
        {
            // The top frame: a defect is one line, too, and says where to look.
            return Failed(output, ExitStatus.CallFailed, "internal", $"{wrong.GetType().Name}: {wrong.Message.Split('\n')[0].TrimEnd()}", "This is a fault of earshot: please report it.");
        }
    }

    private static string SeeHelp(ParseResult said) => $"See: earshot {said.CommandResult.Command.Name} --help";

    private static string WithoutParameterName(ArgumentException wrong) =>
        wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);

    private static int Failed(IOutput output, int status, string code, string message, string? hint)
    {
        output.Error(code, message, hint);
        return status;
    }
}
