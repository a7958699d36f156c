// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot call TARGET</c>: places a call.</summary>
internal static class CallCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("TARGET") { Description = "a SIP URI, user@host or host[:port]" };
        var duration = new NumberOption("--duration") { Description = "hang up after so long", HelpName = "SECONDS" };
        var stats = new Option<string>("--stats") { Description = "write the final counters to this file as JSON", HelpName = "FILE" };
        var phoneOptions = new PhoneOptionSet();
        var outputs = new OutputOptionSet();
        var command = new Command("call", "Places a call. While it lasts, each with Enter: q hangs up (as Ctrl-C), h holds, r resumes, m mutes, v and what the other side reads aloud confirms who they are, 0-9 * # A-D are sent.");
        command.Arguments.Add(target);
        phoneOptions.AddTo(command);
        phoneOptions.AddRingTimeoutTo(command);
        command.Options.Add(duration);
        command.Options.Add(stats);
        outputs.AddTo(command);
        command.Runs(outputs, async (said, output, interrupts) =>
        {
            var uri = OptionValues.Target(said.GetValue(target)!);
            var limit = OptionValues.Seconds("--duration", said.GetValue(duration));
            var options = phoneOptions.Read(said, OptionValues.ListenTowards(uri));
            var statistics = OptionValues.Writable("--stats", said.GetValue(stats));
            await using var phone = await Phone.StartAsync(options, interrupts.Token).ConfigureAwait(false);
            PhoneNotices.Show(phone, output, outputs.IsVerbose(said));
            phone.OpenSound(); // a microphone or file that cannot be used is told before anything else
            output.Calling(uri);
            var watch = new CallWatch(output);
            var call = await phone.PlaceCallAsync(uri, new CallOptions { OnEvent = watch.OnEvent }, interrupts.Token).ConfigureAwait(false);
            watch.Begin(call);
            interrupts.WatchKeys(output, line => CallKeys.Press(call, line, output));
            using var closes = CallWatch.Closes(phone, interrupts.Token);
            var end = await watch.UntilEndedAsync(limit, interrupts.Token).ConfigureAwait(false);
            var kept = statistics is null || StatisticsFile.TryWrite(statistics, end, output);
            return ExitStatus.Of(end.End) is not ExitStatus.Done and var failed ? failed : kept ? ExitStatus.Done : ExitStatus.FileLost;
        });
        return command;
    }
}
