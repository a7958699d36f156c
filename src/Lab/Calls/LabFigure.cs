// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Calls;

/// <summary>A figure that calls are compared by.</summary>
/// <param name="Name">In JSON.</param>
/// <param name="Label">For a person, short.</param>
/// <param name="Unit">For a person.</param>
/// <param name="MoreIsWorse">True for delays, false for scores, null for what is neither.</param>
/// <param name="Digits">For a person, behind the point.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="Of">Reads it; null when it was not measured.</param>
internal sealed record LabFigure(string Name, string Label, string Unit, bool? MoreIsWorse, int Digits, string Meaning, Func<OneWayResult, double?> Of)
{
    /// <summary>All of them, in the order that they are shown in.</summary>
    public static IReadOnlyList<LabFigure> All { get; } =
    [
        new("delayMs", "delay", "ms", true, 1, "From the sending of a packet to the playing of its sound: link and jitter buffer; median over the blocks of a call.", way => way.Delay.MedianMs),
        new("delayP95Ms", "p95", "ms", true, 1, "The delay that 95 % of the blocks stay below.", way => way.Delay.P95Ms),
        new("delaySpanMs", "span", "ms", true, 1, "From the least to the largest delay after the first two seconds.", way => way.DelaySpanMs),
        new("mouthToEarMs", "mouth-ear", "ms", true, 1, "From the capture of a sample to its playing, framing and codec included; no sound cards.", way => way.MouthToEar.MedianMs),
        new("targetMs", "target", "ms", true, 1, "What the jitter buffer aims at, median.", way => way.Target.MedianMs),
        new("latePercent", "late", "%", true, 2, "Packets that came when their sound had already been made up.", way => 100 * way.LateShare),
        new("concealedPercent", "made up", "%", true, 2, "Share of the played samples that concealment made.", way => 100 * way.ConcealedShare),
        new("gapPercent", "gaps", "%", true, 2, "Share of the active speech where 10 ms or more are heard 30 dB too low.", way => 100 * way.Scores.Speech?.Gaps.Share),
        new("estoi", "ESTOI", "", false, 3, "Intelligibility of what is heard, up to 1.", way => way.Scores.Speech?.Estoi),
        new("concealedEstoi", "plain Opus", "", false, 3, "ESTOI of libopus alone over the same losses, which it conceals, without any jitter.", way => way.Scores.Plain?.Concealed.Estoi),
        new("fecEstoi", "Opus + FEC", "", false, 3, "The same with in-band FEC for exactly this loss.", way => way.Scores.Plain?.Fec.Estoi),
        new("mos", "MOS", "", false, 2, "Mean opinion score by the E-model, from mouth to ear and what was made up.", way => way.Scores.Rating.Mos),
        new("payloadKbps", "payload", "kbit/s", null, 1, "Payload that was sent, RTP and what is below it left out.", way => way.PayloadBitrate / 1000),
    ];
}
