// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;

namespace Earshot.Lab.Calls;

/// <summary>One kind of network in a grid, called by several voices with several seeds.</summary>
/// <param name="Name">Short.</param>
/// <param name="Calls">The calls.</param>
internal sealed record LabMatrixCell(string Name, IReadOnlyList<LabScenario> Calls);

/// <summary>Named grids of calls: networks × voices × seeds.</summary>
internal static class LabMatrix
{
    /// <summary>The grids' names; the first is meant when none is named.</summary>
    public static IReadOnlyList<string> Names { get; } = ["standard", "quick", "long"];

    /// <summary>Makes a grid.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="common">Codec, first seed; its voice and duration when <paramref name="keepsVoice"/> and <paramref name="keepsDuration"/> say so.</param>
    /// <param name="keepsVoice">One voice instead of all that are built in.</param>
    /// <param name="keepsDuration">That duration instead of the grid's own.</param>
    public static IReadOnlyList<LabMatrixCell> Create(string name, LabScenario common, bool keepsVoice, bool keepsDuration)
    {
        var (seeds, usual) = name switch
        {
            "quick" => (1, TimeSpan.FromSeconds(10)),
            "long" => (1, TimeSpan.FromMinutes(10)),
            _ => (5, TimeSpan.FromSeconds(20)),
        };
        var duration = keepsDuration ? common.Duration : usual;
        var networks = name == "long" ? LongNetworks() : Networks(duration, common.Media.PacketTime);
        LabVoice[] voices = keepsVoice ? [common.Voice] : [.. LabVoice.BuiltIn.Select(LabVoice.Open)];
        return [.. networks.Select(network => new LabMatrixCell(network.Name, [.. Calls(network)]))];

        IEnumerable<LabScenario> Calls((string Name, LinkOptions Link, double Drift) network) =>
            from voice in voices
            from seed in Enumerable.Range(0, seeds)
            select common with
            {
                Name = network.Name,
                Voice = voice,
                Seed = common.Seed + (ulong)seed,
                Duration = duration,
                Link = network.Link,
                DriftPpm = network.Drift,
                Compared = common.Scored && network.Link.Loss > 0,
            };
    }

    private static readonly LinkOptions Clean = new() { Delay = TimeSpan.Zero };

    private static List<(string Name, LinkOptions Link, double Drift)> Networks(TimeSpan duration, TimeSpan packetTime) =>
    [
        ("clean", Clean, 0),
        ("uniform 40 in order", Clean with { Jitter = new UniformJitter(40), InOrder = true }, 0),
        ("uniform 40 reordering", Clean with { Jitter = new UniformJitter(40) }, 0),
        ("normal 15", Clean with { Jitter = new NormalJitter(15) }, 0),
        ("pareto 8 in order", Clean with { Jitter = new ParetoJitter(8), InOrder = true }, 0),
        ("spikes 1 % 120", Clean with { Jitter = new SpikeJitter(0.01, 120) }, 0),
        ("step 60", Clean with { Jitter = new StepJitter((long)(duration / 2 / packetTime), 60) }, 0),
        ("loss 3 %", Clean with { Loss = 0.03 }, 0),
        ("loss 5 %", Clean with { Loss = 0.05 }, 0),
        ("loss 10 %", Clean with { Loss = 0.10 }, 0),
        ("loss 20 %", Clean with { Loss = 0.20 }, 0),
        ("loss 10 % bursts of 3", Clean with { Loss = 0.10, Burst = 3 }, 0),
        ("loss 10 % + uniform 40", Clean with { Loss = 0.10, Jitter = new UniformJitter(40) }, 0),
        ("drift +500 ppm", Clean, 500),
        ("drift -500 ppm", Clean, -500),
        ("outage 1 s", Clean with { Outage = new(duration / 2, TimeSpan.FromSeconds(1)) }, 0),
        ("40 kbit/s, 200 ms queue", Clean with { Rate = new(40, TimeSpan.FromMilliseconds(200)) }, 0),
    ];

    private static List<(string Name, LinkOptions Link, double Drift)> LongNetworks() =>
    [
        ("clean, 10 minutes", Clean, 0),
        ("drift +500 ppm, 10 minutes", Clean, 500),
        ("drift -500 ppm, 10 minutes", Clean, -500),
        ("uniform 40, drift +100 ppm, 10 minutes", Clean with { Jitter = new UniformJitter(40) }, 100),
    ];
}
