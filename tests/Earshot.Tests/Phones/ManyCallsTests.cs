// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;

namespace Earshot.Tests.Phones;

/// <summary>The sound card belongs to the engine: one card, many calls, all of them heard.</summary>
public sealed class ManyCallsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    public async Task OneCardCarriesManyCallsAtOnce(int count)
    {
        await using var callee = await Phone.StartAsync(Options("tone:600"));
        callee.IncomingCall += call => call.Accept();
        await using var caller = await Phone.StartAsync(Options("tone:440"));

        var calls = new List<Call>();
        for (var i = 0; i < count; i++) calls.Add(await caller.PlaceCallAsync(callee.ListenUri));
        await Task.WhenAll(calls.Select(c => c.Connected)).WaitAsync(TimeSpan.FromMinutes(1));
        await HeardAsync(calls);

        Assert.All(calls, c => Assert.Equal(0, c.GetStatistics()!.SecurityRefusals));
        foreach (var call in calls) call.HangUp();
        var ends = await Task.WhenAll(calls.Select(c => c.Ended)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.All(ends, e => Assert.Equal(CallEndReason.HungUp, e.End.Reason));
    }

    [Fact]
    public async Task ACallGoesOnWhenAnotherOnTheSameCardEnds()
    {
        await using var callee = await Phone.StartAsync(Options("tone:600"));
        callee.IncomingCall += call => call.Accept();
        await using var caller = await Phone.StartAsync(Options("tone:440"));
        var first = await caller.CallAsync(callee.ListenUri);
        var second = await caller.CallAsync(callee.ListenUri);
        await HeardAsync([first, second]);

        first.HangUp();
        await first.Ended.WaitAsync(TimeSpan.FromMinutes(1));
        var before = second.GetStatistics()!.PacketsReceived;
        await WaitUntilAsync(() => $"{second.GetStatistics()}", () => second.GetStatistics()!.PacketsReceived > before + 20);
        Assert.False(second.Ended.IsCompleted);
    }

    private static PhoneOptions Options(string microphone) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = microphone,
        Speaker = "null",
        Codecs = ["pcmu"], // what a busy machine can compute fifty times over
    };

    // A call is heard when a good part of what came was played as it came, and it has a level; each at its own time, as a busy machine may tear any of them for a moment.
    private static Task HeardAsync(IReadOnlyList<Call> calls)
    {
        var unheard = calls.ToList();
        return WaitUntilAsync(() => string.Join("; ", unheard.Select(c => c.GetStatistics())), () =>
        {
            unheard.RemoveAll(c => c.GetStatistics() is { PacketsReceived: > 25, AudioLevel: > 0.05 });
            return unheard.Count == 0;
        });
    }

    private static async Task WaitUntilAsync(Func<string> state, Func<bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1) || holds(), $"it did not come to that in a minute: {state()}");
            await Task.Delay(50);
        }
    }
}
