// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Audio.Files;
using Earshot.Lab.Links;

namespace Earshot.WholeCall;

/// <summary>
/// Wire → sink: from the send of the datagram that holds sample s to the sink's write of the block that holds s, over a clean link,
/// two processes, 20 ms Opus, file ends. Sent sound is decoded from the caller's capture; where each stretch of it stands in what
/// was written is found by correlation; when it was written is seen from outside, by the file's size.
/// </summary>
internal static class WireToSink
{
    private const int Window = 4800;
    private const int Search = 2400;
    private const int PacketMs = 20;

    /// <summary>Over loopback, nothing between the two.</summary>
    public static Task RunAsync(string command, int seconds) =>
        RunAsync(new Ends([command], "127.0.0.1", [command], "127.0.0.1"), seconds, "clean link");

    /// <summary>Over a bad network in user space: two namespaces, RTP delayed by up to so much and lost by a seed.</summary>
    public static async Task RunThroughRelayAsync(string command, int seconds, int jitterMs, int lossPercent)
    {
        var link = new LinkOptions { Delay = TimeSpan.Zero, Jitter = new UniformJitter(jitterMs), Loss = lossPercent / 100.0 };
        using var relay = new Relay(link, seed: 1);
        await RunAsync(new Ends(In(relay.Host1), Relay.Address1, In(relay.Host2), Relay.Address2), seconds, $"jitter 0–{jitterMs} ms with reordering, {lossPercent} % loss");

        string[] In(string host) => ["ip", "netns", "exec", host, command];
    }

    private sealed record Ends(string[] Caller, string CallerAddress, string[] Callee, string CalleeAddress);

    private static async Task RunAsync(Ends ends, int seconds, string link)
    {
        var folder = Directory.CreateTempSubdirectory("earshot-wire-").FullName;
        var (heard, capture) = (Path.Combine(folder, "heard.wav"), Path.Combine(folder, "sent.pcap"));
        var speech = Path.GetFullPath("tests/vectors/speech/speech_en_m.wav");
        using var watch = new SinkWatch(heard);
        using var bob = new PhoneProcess(ends.Callee, "answer", "--listen", ends.CalleeAddress + ":0", "--auto", "--count", "1", "--security", "none",
            "--mic", "silence", "--speaker", "file:" + heard);
        var target = await bob.Listening;
        using var alice = new PhoneProcess(ends.Caller, "call", target, "--listen", ends.CallerAddress + ":0", "--security", "none", "--codecs", "opus",
            "--media-ports", "41000-41001", "--mic", "file+loop:" + speech, "--speaker", "null", "--pcap", capture,
            "--duration", seconds.ToString(CultureInfo.InvariantCulture));
        await alice.EndsAsync();
        await bob.EndsAsync();
        watch.Dispose();
        var delays = Delays(SentStream.Read(capture, 41000), WavReader.ReadAll(heard, out _), watch);
        Console.WriteLine($"wire → sink, {seconds} s, {link}, 20 ms Opus, 10 ms blocks");
        Console.WriteLine(Spread.Of("all", delays.Select(d => d.Ms)));
        Console.WriteLine(Spread.Of("each packet's mean", delays.GroupBy(d => d.Sent).Where(packet => packet.Count() == PacketMs).Select(packet => packet.Average(d => d.Ms))));
        for (var start = 0; start < seconds; start += Math.Max(60, seconds / 10))
        {
            var end = start + Math.Max(60, seconds / 10);
            Console.WriteLine(Spread.Of($"from {start} s", delays.Where(d => d.Second >= start && d.Second < end).Select(d => d.Ms)));
        }

        Console.WriteLine(bob.LastStatistics);
        Directory.Delete(folder, recursive: true);
    }

    private static List<(double Second, long Sent, double Ms)> Delays(SentStream sent, short[] heard, SinkWatch watch)
    {
        var delays = new List<(double, long, double)>();
        var lag = FirstLag(sent.Sound, heard);
        for (var at = 0; at + Window + Search < sent.Sound.Length; at += Window)
        {
            var (shift, match) = Best(sent.Sound.AsSpan(at, Window), heard, at + lag, at == 0 ? 48000 : Search);
            if (match < 0.9) continue; // silence, or a window that was stretched
            lag = shift - at;
            for (var s = 0; s < Window; s += 48)
            {
                var (left, written) = (sent.SentAt(at + s), watch.WrittenAt(shift + s));
                if (left >= 0 && written >= 0) delays.Add((at / 48000.0, left, (written - left) / 1e6));
            }
        }

        return delays;
    }

    // Where the first loud second of what was sent begins in what was heard.
    private static int FirstLag(short[] sent, short[] heard)
    {
        for (var at = 0; at + 48000 < sent.Length; at += Window)
        {
            var (shift, match) = Best(sent.AsSpan(at, Window), heard, at + 48000 * 2, 48000 * 2);
            if (match > 0.95) return shift - at;
        }

        throw new InvalidOperationException("what was heard is not what was sent");
    }

    private static (int Shift, double Match) Best(ReadOnlySpan<short> window, short[] heard, int around, int search)
    {
        var coarse = Scan(window, heard, around - search, around + search, 24);
        return Scan(window, heard, coarse.Shift - 24, coarse.Shift + 24, 1);
    }

    private static (int Shift, double Match) Scan(ReadOnlySpan<short> window, short[] heard, int from, int to, int step)
    {
        var best = (Shift: Math.Max(0, from), Match: -1.0);
        for (var shift = Math.Max(0, from); shift <= to && shift + window.Length <= heard.Length; shift += step)
        {
            double product = 0, energy = 1, other = 1;
            for (var i = 0; i < window.Length; i += step > 1 ? 4 : 1)
            {
                product += window[i] * (double)heard[shift + i];
                energy += window[i] * (double)window[i];
                other += heard[shift + i] * (double)heard[shift + i];
            }

            if (energy < 1e7) return (shift, 0);
            var match = product / Math.Sqrt(energy * other);
            if (match > best.Match) best = (shift, match);
        }

        return best;
    }
}
