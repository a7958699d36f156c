// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Earshot.WholeCall;

/// <summary>INVITE → first audio: from the INVITE's send to the first sound of the other side out of the speaker; both phones warm, automatic answer.</summary>
internal static class FirstAudio
{
    public static async Task RunAsync(string command, int calls, MediaSecurityMethod security)
    {
        using var bob = new PhoneProcess(command, "answer", "--listen", "127.0.0.1:0", "--auto", "--security", $"{security}".ToLowerInvariant(), "--mic", "tone:600", "--speaker", "null");
        var target = await bob.Listening;
        await using var phone = await Phone.StartAsync(new PhoneOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Microphone = "tone:440",
            Speaker = "null",
            Security = [security],
        });
        phone.OpenSound();
        long invited = 0;
        phone.SipMessage += (sent, _, text) =>
        {
            if (sent && text.StartsWith("INVITE", StringComparison.Ordinal)) invited = Stopwatch.GetTimestamp();
        };
        var figures = new List<double>();
        for (var i = 0; i < calls + 3; i++)
        {
            var heard = new TaskCompletionSource<TimeSpan>();
            await using var call = await phone.PlaceCallAsync(target, new CallOptions { OnEvent = e => { if (e is CallHeard h) heard.TrySetResult(h.At); } });
            var age = await heard.Task.WaitAsync(TimeSpan.FromSeconds(10));
            var beforeInvite = call.Age - Stopwatch.GetElapsedTime(invited);
            if (i >= 3) figures.Add((age - beforeInvite).TotalMilliseconds);
            await Task.Delay(100);
        }

        Console.WriteLine(Spread.Of($"INVITE → first audio, {security}", figures));
    }
}
