// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot answer</c>: waits for calls and answers.</summary>
internal static class AnswerCommand
{
    public static Command Create()
    {
        var echo = new Option<bool>("--echo") { Description = "send the caller's voice back" };
        var auto = new Option<bool>("--auto") { Description = "answer without asking" };
        var count = new Option<int?>("--count") { Description = "end after so many calls", HelpName = "N" };
        var reject = new Option<int?>("--reject") { Description = "refuse a call (with --count or --duration: each) with this SIP status, e.g. 486", HelpName = "CODE" };
        var duration = new NumberOption("--duration") { Description = "end after so long", HelpName = "SECONDS" };
        var callBack = new NumberOption("--call-back") { Description = "call whoever hung up back after so long, once", HelpName = "SECONDS" };
        var stats = new Option<string>("--stats") { Description = "write the last call's counters to this file as JSON", HelpName = "FILE" };
        var phoneOptions = new PhoneOptionSet();
        var outputs = new OutputOptionSet();
        var command = new Command("answer", "Waits for calls and answers. On a terminal it asks before the microphone opens: y + Enter answers, n + Enter refuses.");
        phoneOptions.AddTo(command);
        foreach (var option in (Option[])[echo, auto, count, reject, callBack, duration, stats]) command.Options.Add(option);
        outputs.AddTo(command);
        command.Runs(outputs, async (said, output, interrupts) =>
        {
            var status = OptionValues.InRange("--reject", said.GetValue(reject), 300, 699);
            if (status is not null && said.GetValue(echo)) throw new UsageException("--reject and --echo contradict each other", "Leave one of them out.");
            var limit = OptionValues.Seconds("--duration", said.GetValue(duration));
            var back = OptionValues.Seconds("--call-back", said.GetValue(callBack));
            if (back is not null && status is not null) throw new UsageException("--call-back: with --reject nobody is talked to", "Leave one of them out.");
            // A refusal is done when a call was refused, unless there shall be more of it.
            var calls = OptionValues.InRange("--count", said.GetValue(count), 1, 1_000_000) ?? (status is not null && limit is null ? 1 : null);
            var options = phoneOptions.Read(said, "0.0.0.0:5060");
            if (options is { Transport: SipTransportChoice.Tls or SipTransportChoice.Wss, TlsCertificate: null })
                throw new UsageException($"--transport {options.Transport.ToString().ToLowerInvariant()}: those who call need a certificate to see", OptionExamples.Say("--tls-cert"));
            phoneOptions.RefuseWhatNobodySees(said, options.Transport);
            if (options.RecordFile is not null && (said.GetValue(echo) || status is not null))
                throw new UsageException("--record: with --echo or --reject the sound card is left alone, there is nothing to record", "Leave one of them out.");
            var asks = !(said.GetValue(auto) || said.GetValue(echo) || status is not null || outputs.IsJson(said)
                || Console.IsInputRedirected || !Terminal.IsForeground);
            if (asks && outputs.IsQuiet(said)) throw new UsageException("--quiet would hide the question whether to answer", "Add --auto, or leave --quiet out.");
            var statistics = OptionValues.Writable("--stats", said.GetValue(stats));
            await using var phone = await Phone.StartAsync(options, interrupts.Token).ConfigureAwait(false);
            PhoneNotices.Show(phone, output, outputs.IsVerbose(said));
            // A call is heard from its first packet on; a microphone that has to be asked for waits for the answer.
            var waits = asks && options.Microphone.StartsWith("device", StringComparison.Ordinal);
            if (!waits && !said.GetValue(echo) && status is null) phone.OpenSound();
            using var desk = new AnswerDesk(phone, output, said.GetValue(echo), asks ? options.Microphone : null, status, calls, statistics, back);
            phone.IncomingCall += desk.Take;
            output.Listening(phone.ListenUris);
            interrupts.WatchKeys(output, desk.Type);
            await desk.ServeAsync(limit, interrupts.Token).ConfigureAwait(false);
            if (calls == 1 && desk.Status != ExitStatus.Done) return desk.Status;
            return desk.KeptStatistics ? ExitStatus.Done : ExitStatus.FileLost;
        });
        return command;
    }
}
