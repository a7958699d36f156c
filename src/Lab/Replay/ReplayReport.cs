// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Lab.Calls;
using Earshot.Lab.Report;

namespace Earshot.Lab.Replay;

/// <summary>A replay as a page.</summary>
internal static class ReplayReport
{
    /// <summary>One row, one set of plots.</summary>
    public static ReportPage Of(ReplayResult result) => new(
        "Earshot lab: a captured stream",
        string.Create(CultureInfo.InvariantCulture, $"{result.Stream.Length.TotalSeconds:0.#} s of {result.Codec} from {result.Stream.From} to {result.Stream.To}, as our playout plays it.{(result.Digits.Length == 0 ? "" : $" Keys: {result.Digits}.")}"),
        [
            new("delay", "ms", "Beyond the fastest packet: what jitter and buffer add, median.", 1, true),
            new("p95", "ms", "The delay that 95 % of the blocks stay below.", 1, true),
            new("target", "ms", "What the jitter buffer aims at, median.", 1, true),
            new("lost", "", "Packets that never came.", 0, true),
            new("made up", "%", "Share of the played samples that concealment made.", 2, true),
        ],
        [
            new ScenarioReport
            {
                Name = $"SSRC {result.Stream.Ssrc:x8}",
                Values =
                [
                    new(result.Delay.MedianMs), new(result.Delay.P95Ms), new(result.Target.MedianMs), new(result.PacketsLost), new(100 * result.ConcealedShare),
                ],
                DurationMs = result.Stream.Length.TotalMilliseconds,
                Delay = LabReport.Curve(result.Track, pull => pull.DelayMs),
                Target = LabReport.Curve(result.Track, pull => pull.TargetMs),
                LateMs = LabReport.Late(result.Track),
                Concealed = LabReport.MadeUp(result.Track),
            },
        ]);
}
