// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Earshot.WholeCall;

/// <summary>What one call costs: processor seconds per call-minute of both processes, and their resident memory, once set up.</summary>
internal static class CallCost
{
    public static async Task RunAsync(string command, int seconds)
    {
        var speech = Path.GetFullPath("tests/vectors/speech/speech_en_m.wav");
        using var bob = new PhoneProcess(command, "answer", "--listen", "127.0.0.1:0", "--auto", "--count", "1", "--mic", "file+loop:" + speech, "--speaker", "null");
        var target = await bob.Listening;
        using var alice = new PhoneProcess(command, "call", target, "--listen", "127.0.0.1:0", "--mic", "file+loop:" + speech, "--speaker", "null",
            "--duration", (seconds + 8).ToString(CultureInfo.InvariantCulture));
        await Task.Delay(TimeSpan.FromSeconds(5)); // set-up and compilation are not the call
        var before = alice.Cpu + bob.Cpu;
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var used = alice.Cpu + bob.Cpu - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"CPU, both sides: {used.TotalSeconds * 60 / seconds:0.00} s per call-minute; resident: caller {alice.Resident / 1e6:0} MB, callee {bob.Resident / 1e6:0} MB"));
        Console.WriteLine(alice.LastStatistics);
    }
}
