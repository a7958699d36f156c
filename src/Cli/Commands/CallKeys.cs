// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>What a person types during a call.</summary>
internal static class CallKeys
{
    private static readonly TimeSpan ToneTime = TimeSpan.FromMilliseconds(120);

    public static void Press(Call call, string line, IOutput output)
    {
        switch (line)
        {
            case "": break;
            case "h": call.Hold(); break;
            case "r": call.Resume(); break;
            case "m":
                call.Muted = !call.Muted;
                output.Progress("mute", call.Muted ? "Microphone off" : "Microphone on");
                break;
            case "v" or ['v', ' ', ..]: Compare(call, line[1..].Trim(), output); break;
            case var digits when digits.All(c => "0123456789*#ABCD".Contains(char.ToUpperInvariant(c))):
                if (!digits.All(d => call.SendDigit(char.ToUpperInvariant(d), ToneTime))) output.Notice("dtmf", "the other side takes no keys");
                break;
            default:
                output.Progress("keys", "q hangs up, h holds, r resumes, m mutes, v and what the other side reads aloud compares it with what is seen here, 0-9 * # A-D are sent");
                break;
        }
    }

    private static void Compare(Call call, string typed, IOutput output)
    {
        if (call.Verification is not { } peer)
        {
            output.Notice("not-confirmed", "there is nothing to compare: this call has no keys by DTLS, or not yet");
            return;
        }

        switch (ReadAloud.Compare(typed, peer.Words, peer.Digits))
        {
            case ReadAloud.Outcome.Same: _ = ConfirmAsync(call, output); break;
            case ReadAloud.Outcome.Different: output.Notice("different", $"{ReadAloud.DifferentText}. {ReadAloud.DifferentHint}"); break;
            default: output.Notice("not-confirmed", typed.Length == 0 ? "type v, then the 40 digits or 16 words that the other side reads aloud" : ReadAloud.IncompleteText); break;
        }
    }

    // What comes of it is told by the call's own event.
    private static async Task ConfirmAsync(Call call, IOutput output)
    {
        try
        {
            await call.ConfirmPeerAsync().ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is PhoneException or InvalidOperationException)
        {
            output.Notice("not-confirmed", wrong.Message);
        }
    }
}
