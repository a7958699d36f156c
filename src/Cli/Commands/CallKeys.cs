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
            case "v": _ = ConfirmAsync(call, output); break;
            case var digits when digits.All(c => "0123456789*#ABCD".Contains(char.ToUpperInvariant(c))):
                if (!digits.All(d => call.SendDigit(char.ToUpperInvariant(d), ToneTime))) output.Notice("dtmf", "the other side takes no keys");
                break;
            default:
                output.Progress("keys", "q hangs up, h holds, r resumes, m mutes, v says that both read the same words, 0-9 * # A-D are sent");
                break;
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
