// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Calls;

/// <summary>A figure that calls are compared by.</summary>
/// <param name="Name">In JSON.</param>
/// <param name="Label">For a person, short.</param>
/// <param name="Unit">For a person.</param>
/// <param name="MoreIsWorse">True for delays, false for scores.</param>
/// <param name="Digits">For a person, behind the point.</param>
/// <param name="Of">Reads it; null when it was not measured.</param>
internal sealed record LabFigure(string Name, string Label, string Unit, bool MoreIsWorse, int Digits, Func<OneWayResult, double?> Of)
{
    /// <summary>All of them, in the order that they are shown in.</summary>
    public static IReadOnlyList<LabFigure> All { get; } =
    [
        new("delayMs", "delay", "ms", true, 1, way => way.Delay.MedianMs),
        new("delayP95Ms", "p95", "ms", true, 1, way => way.Delay.P95Ms),
        new("mouthToEarMs", "mouth to ear", "ms", true, 1, way => way.MouthToEar.MedianMs),
        new("targetMs", "target", "ms", true, 1, way => way.Target.MedianMs),
        new("latePercent", "late", "%", true, 2, way => 100 * way.LateShare),
        new("concealedPercent", "made up", "%", true, 2, way => 100 * way.ConcealedShare),
        new("payloadKbps", "payload", "kbit/s", true, 1, way => way.PayloadBitrate / 1000),
    ];
}
