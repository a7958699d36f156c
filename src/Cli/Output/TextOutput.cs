// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;
using Earshot.Media;

namespace Earshot.Cli.Output;

/// <summary>Short lines for a person; on a terminal the last one lives: time, levels, delay, loss.</summary>
internal sealed class TextOutput : IOutput
{
    private readonly TextWriter _out;
    private readonly TextWriter _errors;
    private readonly bool _lives;
    private readonly bool _quiet;
    private readonly Lock _lock = new();
    private bool _lineLives;
    private string _live = "";
    private string _typed = "";

    public TextOutput(TextWriter output, TextWriter errors, bool terminal, bool quiet)
    {
        _out = output;
        _errors = errors;
        _lives = terminal && !quiet;
        _quiet = quiet;
    }

    public void Listening(IReadOnlyList<string> uris)
    {
        Say($"Listening on {Clean(uris[0])}");
        foreach (var uri in uris.Skip(1)) Say($"          or {Clean(uri)}");
    }

    public void Calling(string uri) => Say($"Calling {Clean(uri)} ...");

    public void Incoming(string from, string? name, string callId) =>
        Say(name is null ? $"Call from {Clean(from)}" : $"Call from {Clean(name)} <{Clean(from)}>");

    public void Happened(Call call, CallEvent step)
    {
        switch (step)
        {
            case CallRinging ringing: Say(ringing.EarlyMedia ? "Ringing (with sound from the other side) ..." : "Ringing ..."); break;
            case CallConnected connected: Connected(connected); break;
            case CallVerification verification: Verification(verification.Peer); break;
            case CallChanged changed: Say(Changed(changed.Session)); break;
            case CallChangeRefused refused: Say($"Not changed: {Clean(refused.Message)}"); break;
            case CallDigit digit: Say($"Key {digit.Digit}"); break;
            case CallNotice notice: Notice(notice.Code, notice.Message); break;
            case CallEnded ended: Ended(ended); break;
        }
    }

    public void Statistics(Call call, MediaStatistics statistics)
    {
        if (_lives) Live(LiveLine.Of(call, statistics));
    }

    public void Notice(string code, string message) => Say($"! {Clean(message)}");

    public void Progress(string code, string message) => Say(Clean(message));

    public void Trace(bool sent, string peer, string message) =>
        Say($"{(sent ? "-->" : "<--")} {peer}\n{string.Join('\n', message.ReplaceLineEndings("\n").Split('\n').Select(Clean))}");

    public void Error(string code, string message, string? hint)
    {
        Write(_errors, () =>
        {
            EndLiveLine();
            var words = code == "usage" && !string.IsNullOrEmpty(hint) ? $"{message}. {hint}" : message;
            _errors.WriteLine($"earshot: {Clean(words)}");
            if (code != "usage" && !string.IsNullOrEmpty(hint)) _errors.WriteLine($"  {Clean(hint)}");
        });
    }

    public void Result(string name, IReadOnlyList<Field> fields, bool asObject = false)
    {
        Write(_out, () =>
        {
            EndLiveLine();
            WriteFields(fields, 0);
            if (asObject) _out.WriteLine($"{name} {FieldsAsJson.ToLine(fields)}");
        });
    }

    /// <summary>Replaces the living line; nothing where output is not a terminal.</summary>
    public void Live(string line)
    {
        if (!_lives) return;
        Write(_out, () =>
        {
            _live = line;
            DrawLiveLine();
        });
    }

    public void Typed(string text)
    {
        if (!_lives) return;
        Write(_out, () =>
        {
            _typed = Clean(text);
            DrawLiveLine();
        });
    }

    /// <summary>Control characters from the network never reach the terminal.</summary>
    internal static string Clean(string text)
    {
        if (!text.Any(c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text) clean.Append(char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? '·' : c);
        return clean.ToString();
    }

    private static string WayOf(CallSession session) => session.Ice switch
    {
        "off" or "none" => "",
        "relay" => ", through a relay",
        _ => ", direct",
    };

    private static string Changed(CallSession session) => session switch
    {
        { OnHold: true } => "On hold",
        { HeldByPeer: true } => "Held by the other side",
        _ => $"Talking again, {session.Codec}",
    };

    private void Connected(CallConnected connected)
    {
        var s = connected.Session;
        Say(string.Create(CultureInfo.InvariantCulture,
            $"Connected in {connected.At.TotalMilliseconds:0} ms: {s.Codec} {s.SampleRate / 1000.0:0.#} kHz, {s.PacketTime.TotalMilliseconds:0.#} ms packets"));
        Say($"  {s.Local} - {s.Remote ?? "?"}{WayOf(s)}");
        Say($"  {s.SecurityText}{(s.SrtpProfile is null ? "" : $" ({s.SrtpProfile})")}");
        if (_lives && !Console.IsInputRedirected) Say("  q + Enter hangs up, ? + Enter tells the other keys");
    }

    // Somebody who has compared once is not asked again.
    private void Verification(PeerVerification peer)
    {
        if (peer.IsConfirmed)
        {
            Say($"  Verified: the certificate that you confirmed as {Clean(peer.ConfirmedAs!)}");
            return;
        }

        Say("  Nobody is between you if both read the same, words or digits:");
        foreach (var line in VerificationFields.Lines(peer.Words, peer.Digits)) Say("    " + line);
        if (_lives && !Console.IsInputRedirected) Say("  v, the digits that the other side reads aloud, and Enter: confirms that they are the same");
    }

    private void Ended(CallEnded ended)
    {
        var talked = ended.Talked > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $" after {ended.Talked.TotalSeconds:0.0} s")
            : "";
        Say($"Ended{talked}: {Clean(ended.End.Message)}");
        if (ended.Statistics is { PacketsReceived: > 0 } s) Say("  " + LiveLine.Summary(s));
        if (ended.End is { IsFailure: true, Hint: { } hint }) Say("  " + Clean(hint));
    }

    private void WriteFields(IReadOnlyList<Field> fields, int depth)
    {
        var width = fields.Where(f => f.Value is not IReadOnlyList<Field>).Select(f => (f.Label ?? f.Name).Length).DefaultIfEmpty().Max();
        foreach (var field in fields)
        {
            var indent = new string(' ', 2 * depth);
            if (field.Value is IReadOnlyList<Field> inner)
            {
                _out.WriteLine($"{indent}{field.Label ?? field.Name}:");
                WriteFields(inner, depth + 1);
                continue;
            }

            var value = field.Value switch
            {
                null => "unknown",
                bool b => b ? "yes" : "no",
                double d => d.ToString("0.##", CultureInfo.InvariantCulture),
                var v => Clean(v.ToString() ?? ""),
            };
            _out.WriteLine($"{indent}{(field.Label ?? field.Name).PadRight(width)}  {value}{(field.Value is null || field.Unit.Length == 0 ? "" : " " + field.Unit)}");
        }
    }

    /// <summary>One line.</summary>
    internal void Say(string line)
    {
        if (_quiet) return;
        Write(_out, () =>
        {
            EndLiveLine();
            _out.WriteLine(line);
            if (_typed.Length > 0) DrawLiveLine();
        });
    }

    // A terminal that was closed under us must not keep the BYE from being sent: what nobody reads is not said.
    private void Write(TextWriter to, Action write)
    {
        lock (_lock)
        {
            try
            {
                write();
                to.Flush();
            }
            catch (IOException)
            {
                _lineLives = false;
            }
        }
    }

    private void EndLiveLine()
    {
        if (!_lineLives) return;
        _out.Write("\r\u001b[K");
        _lineLives = false;
        _live = "";
    }

    // A terminal that does not tell, as none that TERM names, says 0.
    private static int Width => Console.WindowWidth is > 0 and var told ? told : 80;

    private void DrawLiveLine()
    {
        _out.Write("\r\u001b[K" + LiveLine.WithTyped(_live, _typed, Width));
        _lineLives = true;
    }
}
