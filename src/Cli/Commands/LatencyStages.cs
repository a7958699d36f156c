// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;
using Earshot.Media;

namespace Earshot.Cli.Commands;

//   a chirp's way, of which half is shown:
//
//   handed over ─┬─ framing ─┬─ look-ahead ─┬─ network ─┬─ jitter buffer, wake-ups ─► played
//                │ what a packet needs beyond the first block             │
//                └────────────────── half of the round trip ──────────────┘

/// <summary>Takes half of a measured round trip apart so that the parts are its sum, and tells beside it what this side's counters say.</summary>
internal static class LatencyStages
{
    /// <summary>What packets, codec and network take is known; the rest is the jitter buffers of both ends, waking up, and blocks.</summary>
    /// <param name="halfMs">Half of the round trip.</param>
    /// <param name="stages">This side's estimate; null gives nothing.</param>
    /// <param name="block">Sound in a block: a chirp's clock starts when its first block is handed over, so that this much of a packet is full by then.</param>
    public static IEnumerable<Field> Of(double halfMs, MouthToEarStages? stages, TimeSpan block)
    {
        if (stages is null) return [];
        var left = halfMs;
        var network = Take(stages.Network);
        var framing = Take(Math.Max(0, stages.Framing - block.TotalMilliseconds));
        var lookAhead = Take(stages.LookAhead);
        return
        [
            new("stages", new List<Field>
            {
                new("framing", framing, "ms", "Filling a packet, after its first block"),
                new("lookAhead", lookAhead, "ms", "Codec's look-ahead"),
                new("network", network, "ms", "Network, half of RTT"),
                new("jitterBuffer", left, "ms", "Jitter buffers, waking up: the rest"),
            }, Label: "One way by stages (their sum is the half)"),
            new("thisSide", new List<Field>
            {
                new("capture", stages.Capture, "ms", "Waking the sender"),
                new("jitterBuffer", stages.JitterBuffer, "ms", "Jitter buffer, mean of the last second"),
                new("playback", stages.Playback, "ms", "Speaker, as it says"),
            }, Label: "This side's own counters (not parts of the half: the two ways differ, and the clocks of the cards are in them)"),
        ];

        double Take(double ms)
        {
            var taken = Math.Min(ms, left);
            left -= taken;
            return taken;
        }
    }
}
