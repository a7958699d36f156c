// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot verify [CONTACT]</c>: who was called, and whether two people have compared what their phones saw.</summary>
internal static class VerifyCommand
{
    private const string Example = "Say e.g. earshot verify sip:bob@192.0.2.7 --confirm DIGITS, with the 40 digits that they read aloud on a call";

    public static Command Create()
    {
        var contact = new Argument<string?>("CONTACT") { Description = "a SIP URI, user@host or host[:port]; left out: lists all", Arity = ArgumentArity.ZeroOrOne };
        var confirm = new Option<string[]>("--confirm")
        {
            Description = "what the other side reads aloud, 40 digits or 16 words: if it is what this phone sees, the certificate of the last call is theirs",
            HelpName = "DIGITS",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        var forget = new Option<bool>("--forget") { Description = "know nothing of the contact any more" };
        var outputs = new OutputOptionSet();
        var command = new Command("verify", "Shows what two people read to each other to know that nobody is between them, and keeps that they did.");
        command.Arguments.Add(contact);
        command.Options.Add(confirm);
        command.Options.Add(forget);
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, (said, output, _) =>
        {
            var (confirms, forgets) = (said.GetResult(confirm) is not null, said.GetValue(forget));
            if (confirms && forgets) throw new UsageException("--confirm and --forget contradict each other", "Leave one of them out.");
            if (said.GetValue(contact) is { } named)
            {
                var typed = string.Join(' ', said.GetValue(confirm) ?? []);
                var asks = !outputs.IsJson(said) && !Console.IsInputRedirected && Terminal.IsForeground;
                if (confirms && typed.Length == 0 && !asks) throw new UsageException("--confirm: what the other side reads aloud is missing", Example);
                return Task.FromResult(Verify(KnownPeers.Open(), named, typed, asks, forgets, output, outputs.IsJson(said)));
            }

            if (confirms || forgets) throw new UsageException("verify: no CONTACT is named", confirms ? Example : "Say e.g. earshot verify sip:bob@192.0.2.7 --forget");
            return Task.FromResult(List(KnownPeers.Open(), output));
        });
        return command;
    }

    private static int List(KnownPeers peers, IOutput output)
    {
        var all = peers.List();
        foreach (var peer in all) output.Result("peer", VerificationFields.Of(peer));
        if (all.Count == 0) output.Progress("no-peer", "Nobody is known yet: keys were agreed by DTLS with nobody.");
        return ExitStatus.Done;
    }

    private static int Verify(KnownPeers peers, string named, string typed, bool asks, bool forgets, IOutput output, bool json)
    {
        var address = OptionValues.Target(named);
        if (peers.Find(address) is not { } peer)
        {
            output.Error("unknown-peer", $"{named} is not known: no call with them has agreed on keys by DTLS", "Call first; earshot verify lists who is known.");
            return ExitStatus.CallFailed;
        }

        if (forgets)
        {
            peers.Forget(address);
            output.Progress("forgotten", $"{peer.Address} is forgotten: the next call is as the first.");
            return ExitStatus.Done;
        }

        Show(peer, output, json);
        if (typed.Length == 0 && asks && !peer.IsConfirmed) typed = Ask(output);
        return typed.Length == 0 ? ExitStatus.Done : Compare(peers, peer, typed, output);
    }

    private static int Compare(KnownPeers peers, KnownPeer peer, string typed, IOutput output)
    {
        switch (ReadAloud.Compare(typed, peer.Words, peer.Digits))
        {
            case ReadAloud.Outcome.Same: return Confirm(peers, peer, output);
            case ReadAloud.Outcome.Different:
                output.Error("different", ReadAloud.DifferentText, ReadAloud.DifferentHint);
                return ExitStatus.Security;
            default: throw new UsageException($"--confirm: {ReadAloud.IncompleteText}", Example);
        }
    }

    private static int Confirm(KnownPeers peers, KnownPeer peer, IOutput output)
    {
        if (!peers.Confirm(peer.Address, peer.Digits))
        {
            output.Error("another-call", "another call with them came meanwhile, with another string: nothing was confirmed", "Look again: earshot verify CONTACT");
            return ExitStatus.Security;
        }

        output.Progress("confirmed", $"{peer.Address} is verified: a call in which they show another certificate is refused.");
        return ExitStatus.Done;
    }

    private static void Show(KnownPeer peer, IOutput output, bool json)
    {
        if (json)
        {
            output.Result("peer", VerificationFields.Of(peer));
            return;
        }

        output.Progress("peer", $"{peer.Address}, last call on {peer.LastCall:yyyy-MM-dd}: {(peer.IsConfirmed ? "verified" : "unverified")}");
        foreach (var line in VerificationFields.Lines(peer.Words, peer.Digits)) output.Progress("peer", "  " + line);
    }

    private static string Ask(IOutput output)
    {
        output.Progress("confirm", "Type the digits, or words, that the other side reads aloud, on a call in which you know the voice; Enter alone confirms nothing");
        return Console.ReadLine()?.Trim() ?? "";
    }
}
