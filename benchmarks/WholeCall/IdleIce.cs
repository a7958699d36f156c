// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using Earshot.Media;
using Earshot.Protocol.Sdp;

namespace Earshot.WholeCall;

/// <summary>What a session costs that stands and says nothing: on hold, so that consent (RFC 7675) and reports are all that goes on. Both ends of each pair in this process.</summary>
internal static class IdleIce
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int sessions, int seconds)
    {
        await MeasureAsync("nothing", 0, null, seconds);
        await MeasureAsync("without ICE", sessions, null, seconds);
        await MeasureAsync("with ICE", sessions, new(), seconds);
    }

    private static async Task MeasureAsync(string name, int sessions, IceSettings? ice, int seconds)
    {
        using var engine = new MediaEngine(new() { Random = new Earshot.Lab.SeededRandom(1), BindAddress = IPAddress.Loopback });
        var options = new MediaSessionOptions { Codecs = ["pcmu"], Ice = ice };
        var pairs = Enumerable.Range(0, sessions / 2).Select(_ => Connect(engine, options)).ToList();
        var ends = pairs.SelectMany(pair => (MediaSession[])[pair.Caller, pair.Callee]).ToList();
        for (var waited = TimeSpan.Zero; ends.Exists(e => e.AwaitsPath); waited += TimeSpan.FromMilliseconds(10))
        {
            if (waited > Limit) throw new TimeoutException("not all of them found a way");
            await Task.Delay(10);
        }

        pairs.ForEach(Hold);
        await Task.Delay(TimeSpan.FromSeconds(10)); // what is compiled and checked at first is not the standing cost
        var before = Environment.CpuUsage.TotalTime;
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var share = (Environment.CpuUsage.TotalTime - before) / TimeSpan.FromSeconds(seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {sessions,4} sessions: {share:0.000 %} of a core{(sessions == 0 ? "" : $", {share / sessions:0.0000 %} each")}"));
        ends.ForEach(e => e.Dispose());
        if (engine.Failure is { } failure) throw failure;
    }

    private static (MediaSession Caller, MediaSession Callee) Connect(MediaEngine engine, MediaSessionOptions options)
    {
        var (caller, callee) = (engine.CreateSession(options), engine.CreateSession(options));
        var answered = callee.AcceptOffer(caller.CreateOffer(IPAddress.Loopback), IPAddress.Loopback);
        Demand(answered);
        Demand(caller.AcceptAnswer(answered.Answer));
        caller.Start();
        callee.Start();
        return (caller, callee);
    }

    private static void Hold((MediaSession Caller, MediaSession Callee) pair)
    {
        var answered = pair.Callee.AcceptReoffer(pair.Caller.CreateReoffer(MediaDirection.Inactive));
        Demand(answered);
        Demand(pair.Caller.AcceptAnswer(answered.Answer));
    }

    private static void Demand(MediaNegotiationResult result)
    {
        if (!result.Accepted) throw new InvalidOperationException(result.Reason);
    }
}
