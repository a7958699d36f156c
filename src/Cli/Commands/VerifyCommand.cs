// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot verify [CONTACT]</c>: who was called, and whether two people have compared what their phones saw.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var contact = new Argument<string?>("CONTACT") { Description = "a SIP URI, user@host or host[:port]; left out: lists all", Arity = ArgumentArity.ZeroOrOne };
        var confirm = new Option<bool>("--confirm") { Description = "both sides read the same: take the certificate of the last call for theirs" };
        var forget = new Option<bool>("--forget") { Description = "know nothing of the contact any more" };
        var outputs = new OutputOptionSet();
        var command = new Command("verify", "Shows what two people read to each other to know that nobody is between them, and keeps that they did.");
        command.Arguments.Add(contact);
        command.Options.Add(confirm);
        command.Options.Add(forget);
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, (said, output, _) =>
        {
            var (confirms, forgets) = (said.GetValue(confirm), said.GetValue(forget));
            if (confirms && forgets) throw new UsageException("--confirm and --forget contradict each other", "Leave one of them out.");
            if (said.GetValue(contact) is { } named) return Task.FromResult(Verify(KnownPeers.Open(), named, confirms, forgets, output, outputs.IsJson(said)));
            if (confirms || forgets) throw new UsageException("verify: no CONTACT is named", "Say e.g. earshot verify sip:bob@192.0.2.7 --confirm");
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

    private static int Verify(KnownPeers peers, string named, bool confirms, bool forgets, IOutput output, bool json)
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
        if (!confirms && !(!peer.IsConfirmed && IsSaidSo(output, json))) return ExitStatus.Done;
        return Confirm(peers, peer, output);
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

    private static bool IsSaidSo(IOutput output, bool json)
    {
        if (json || Console.IsInputRedirected || !Terminal.IsForeground) return false;
        output.Progress("confirm", "Do both sides read the same? Ask them, on a call in which you know the voice.  y + Enter confirms");
        return Console.ReadLine() is "y" or "Y";
    }
}
