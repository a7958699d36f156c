// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Earshot.WholeCall;

/// <summary>
/// The first call of a process, on loopback with ICE and DTLS: each call's caller is a new process. Of the command the caller calls at once, as people do;
/// the library, compiled as it runs, calls without a warm-up and after one.
/// </summary>
internal static class ColdCall
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string command, int calls)
    {
        using var bob = new PhoneProcess(command, "answer", "--listen", "127.0.0.1:0", "--auto", "--mic", "tone:600", "--speaker", "null");
        var target = await bob.Listening;
        await Task.Delay(TimeSpan.FromSeconds(3)); // what it warms up is warm
        var (coldLibrary, warmLibrary) = (new Figures("library, no warm-up"), new Figures("library, warmed up"));
        var (toWarm, toCold, start) = (new Figures("command calls one that waits"), new Figures("command calls one just begun"), new List<double>());
        for (var i = 0; i < calls; i++)
        {
            using (var run = Process.Start(new ProcessStartInfo(command, ["--version"]) { RedirectStandardOutput = true })!)
            {
                var began = Stopwatch.GetTimestamp();
                await run.WaitForExitAsync();
                start.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            toWarm.Add(await CallOnceAsync([command, "call", target, "--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--duration", "2", "--json"]));
            using (var fresh = new PhoneProcess(command, "answer", "--listen", "127.0.0.1:0", "--auto", "--count", "1", "--mic", "tone:600", "--speaker", "null"))
                toCold.Add(await CallOnceAsync([command, "call", await fresh.Listening, "--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--duration", "2", "--json"]));
            coldLibrary.Add(await CallOnceAsync([Environment.ProcessPath!, "cold-once", target, "false"]));
            warmLibrary.Add(await CallOnceAsync([Environment.ProcessPath!, "cold-once", target, "true"]));
        }

        Console.WriteLine(Spread.Of("earshot --version", start));
        foreach (var figures in (Figures[])[toWarm, toCold, coldLibrary, warmLibrary])
            figures.Write();
    }

    /// <summary>One call of this process, told as the command tells it.</summary>
    public static async Task CallOnceAsync(string target, bool warm)
    {
        var began = Stopwatch.GetTimestamp();
        double Seconds() => Stopwatch.GetElapsedTime(began).TotalSeconds;
        void Tell(string name, string figure, TimeSpan at) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"event":"{{name}}","t":{{Seconds():0.0000}},"{{figure}}":{{at.TotalMilliseconds:0.000}}}"""));
        await using var phone = await Phone.StartAsync(new PhoneOptions { Listen = new(System.Net.IPAddress.Loopback, 0), Microphone = "tone:440", Speaker = "null", WarmUp = warm });
        if (warm) await Task.Delay(TimeSpan.FromSeconds(3));
        began = Stopwatch.GetTimestamp();
        var heard = new TaskCompletionSource();
        await using var call = await phone.PlaceCallAsync(target, new CallOptions
        {
            OnEvent = e =>
            {
                if (e is CallRinging ringing) Tell("ringing", "after_ms", ringing.At);
                if (e is CallConnected connected) Tell("connected", "setup_ms", connected.At);
                if (e is not CallHeard sound) return;
                Tell("heard", "after_ms", sound.At);
                heard.TrySetResult();
            },
        });
        await heard.Task.WaitAsync(Limit);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Tell("cpu", "ms", Environment.CpuUsage.TotalTime);
    }

    private static async Task<Figure> CallOnceAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var found = new Figure(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        var ringing = double.NaN;
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            double Read(string name) => json.RootElement.GetProperty(name).GetDouble();
            switch (json.RootElement.GetProperty("event").GetString())
            {
                case "ringing": ringing = Read("t") * 1000; break;
                case "connected": found = found with { Setup = Read("setup_ms"), Since = Read("t") * 1000, Answered = (Read("t") * 1000) - ringing }; break;
                case "heard": found = found with { Heard = Read("after_ms") }; break;
                case "stats" when double.IsNaN(found.Cpu): // a second after it began; it goes on for another
                    process.Refresh();
                    found = found with { Cpu = process.TotalProcessorTime.TotalMilliseconds };
                    break;
                case "cpu": found = found with { Cpu = Read("ms") }; break;
            }
        }

        await process.WaitForExitAsync().WaitAsync(Limit);
        return found;
    }

    /// <param name="Setup">From the call's first step until connected, all of them in milliseconds.</param>
    /// <param name="Answered">From ringing until connected: the answer is automatic, so this is ICE and DTLS.</param>
    /// <param name="Heard">From the call's first step to the first sound.</param>
    /// <param name="Since">From the process's first step until connected.</param>
    /// <param name="Cpu">Processor time until a second into the call.</param>
    private readonly record struct Figure(double Setup, double Answered, double Heard, double Since, double Cpu);

    private sealed class Figures(string name)
    {
        private readonly List<Figure> _all = [];

        public void Add(Figure one) => _all.Add(one);

        public void Write()
        {
            Console.WriteLine(name);
            Console.WriteLine(Spread.Of("  until connected", _all.Select(f => f.Setup)));
            Console.WriteLine(Spread.Of("  … of it, from ringing on", _all.Select(f => f.Answered)));
            Console.WriteLine(Spread.Of("  until heard", _all.Select(f => f.Heard)));
            Console.WriteLine(Spread.Of("  since the process began", _all.Select(f => f.Since)));
            Console.WriteLine(Spread.Of("  processor time, 1 s of call", _all.Select(f => f.Cpu)));
        }
    }
}
