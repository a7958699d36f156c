// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests;

/// <summary>A phone with two cables to the rest of the world, of which one goes in the middle of a call: what is missing at either ear.</summary>
public sealed class ChangingNetworkTests : IDisposable
{
    private const int Rate = 48_000;
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnInterfaceThatGoesDownIsLeftForTheOtherAtOnce(bool callers)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip(second: true);
        PlugIn(hosts);
        var silence = await CallAsync(hosts, callers, async () =>
        {
            await Task.Delay(3000);
            hosts.Down(1, "cable");
        });
        // The word of the system may come 150 ms after the fact; the rest is ours.
        Assert.InRange(silence.TotalMilliseconds, 0, 450);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACableThatGoesDeafIsLeftWithinASecond(bool callers)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip(second: true);
        PlugIn(hosts);
        var silence = await CallAsync(hosts, callers, async () =>
        {
            await Task.Delay(3000);
            hosts.Cut("cable");
        });
        Assert.InRange(silence.TotalMilliseconds, 100, 1100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACableThatIsPluggedInLaterTakesOverFromTheOneThatGoes(bool callers)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip(second: true);
        var silence = await CallAsync(hosts, callers, async () =>
        {
            await Task.Delay(2000);
            PlugIn(hosts);
            await Task.Delay(2000);
            hosts.Down(1, "cable");
        });
        Assert.InRange(silence.TotalMilliseconds, 0, 450);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutAnyNetworkForTwoSecondsTheCallComesBackOverTheNextOne(bool callers)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip(second: true);
        var silence = await CallAsync(hosts, callers, async () =>
        {
            await Task.Delay(2000);
            hosts.Down(1, "cable");
            await Task.Delay(2000);
            PlugIn(hosts);
        });
        Assert.InRange(silence.TotalMilliseconds, 1500, 3500);
    }

    private static void PlugIn(NetworkNamespaces hosts)
    {
        hosts.PlugIn(2);
        hosts.PlugIn(1);
    }

    // Both talk for ten seconds; the longest silence at either ear once both have been heard.
    private async Task<TimeSpan> CallAsync(NetworkNamespaces hosts, bool callers, Func<Task> change)
    {
        var tone = _scratch.File("tone.wav");
        WriteTone(tone);
        var (calls, answers) = callers ? (1, 2) : (2, 1);
        await using var callee = EarshotPhone.StartIn(hosts.Name(answers), ["answer", "--count", "1", .. Ends("callee", tone, answers)]);
        var target = callers ? NetworkNamespaces.FarAddress : NetworkNamespaces.AddressOf(1);
        await using var caller = EarshotPhone.StartIn(hosts.Name(calls), ["call", $"{target}:{await callee.PortAsync()}", "--duration", "10", .. Ends("caller", tone, calls)]);
        await caller.EventAsync("connected");
        await change();
        await caller.EndsAsync();
        await callee.EndsAsync();
        var (one, other) = (LongestSilence(_scratch.File("caller.wav")), LongestSilence(_scratch.File("callee.wav")));
        TestContext.Current.TestOutputHelper?.WriteLine($"caller {one.TotalMilliseconds} ms, callee {other.TotalMilliseconds} ms");
        return one > other ? one : other;
    }

    // The far one has one address, by whichever cable; the near one all there are.
    private string[] Ends(string who, string tone, int host) =>
        ["--listen", (host == 1 ? "0.0.0.0" : NetworkNamespaces.FarAddress) + ":0", "--mic", "file+loop:" + tone, "--speaker", "file:" + _scratch.File(who + ".wav"), "--security", "dtls", "--verbose"];

    private static void WriteTone(string path)
    {
        var samples = new short[Rate];
        for (var i = 0; i < samples.Length; i++) samples[i] = (short)(8000 * Math.Sin(i * 2 * Math.PI * 440 / Rate));
        using var file = WavWriter.Create(path);
        file.Append(samples);
    }

    // Between the first and the last sound, in steps of 10 ms.
    private static TimeSpan LongestSilence(string recording)
    {
        var samples = WavReader.ReadAll(recording, out var rate);
        var (longest, run, last, isHeard) = (0, 0, 0, false);
        for (var at = 0; at + (rate / 100) <= samples.Length; at += rate / 100)
        {
            var loudest = 0;
            foreach (var sample in samples.AsSpan(at, rate / 100)) loudest = Math.Max(loudest, Math.Abs((int)sample));
            if (loudest > 1000)
            {
                if (isHeard) longest = Math.Max(longest, run);
                (run, last, isHeard) = (0, at * 100 / rate, true);
            }
            else
            {
                run++;
            }
        }

        Assert.True(isHeard, recording);
        Assert.True(last > 800, $"{recording}: the other is heard no more after {10 * last} ms");
        return TimeSpan.FromMilliseconds(10 * longest);
    }
}
