// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Media;

namespace Earshot.Cli.Output;

/// <summary>One line that says how a call is: time, levels, delay, loss, and the score with what it is made of.</summary>
internal static class LiveLine
{
    private const int MeterWidth = 12;

    public static string Of(Call call, MediaStatistics s)
    {
        var time = call.Talked;
        return string.Create(CultureInfo.InvariantCulture,
            $"{(int)time.TotalMinutes:00}:{time.Seconds:00}  mic {Meter(s.CaptureLevel)}  heard {Meter(s.AudioLevel)}  {Delay(s)}  {Loss(s)}{Score(s)}");
    }

    public static string Summary(MediaStatistics s) => string.Create(CultureInfo.InvariantCulture,
        $"{s.PacketsSent} packets sent, {s.PacketsReceived} received, {s.PacketsLost} lost, {Delay(s)}{Score(s)}");

    /// <summary>A bar over −60…0 dBFS.</summary>
    internal static string Meter(double level)
    {
        var db = level > 0 ? 20 * Math.Log10(level) : -60;
        var filled = (int)Math.Round(Math.Clamp((db + 60) / 60, 0, 1) * MeterWidth);
        return new string('#', filled) + new string('.', MeterWidth - filled);
    }

    /// <summary>What fits a screen of this width: a line that wraps could not be written over. 0 is a width that nobody knows.</summary>
    public static string Clip(string line, int width) => width > 1 && line.Length >= width ? line[..(width - 1)] : line;

    /// <summary>The line and behind it what a person is typing, which is seen whatever the width.</summary>
    public static string WithTyped(string line, string typed, int width)
    {
        if (typed.Length == 0) return Clip(line, width);
        var tail = (line.Length > 0 ? "  > " : "> ") + typed;
        return Clip((width > tail.Length ? Clip(line, width - tail.Length) : "") + tail, width);
    }

    private static string Delay(MediaStatistics s) => s.MouthToEarMs is { } ms
        ? string.Create(CultureInfo.InvariantCulture, $"mouth to ear ~{ms:0} ms")
        : "delay not known yet";

    // The delay stands before it; bursts are told when they matter.
    private static string Score(MediaStatistics s) => (s.Mos, s.MosInputs) switch
    {
        ({ } mos, { BurstRatio: > 1.1 } inputs) => string.Create(
            CultureInfo.InvariantCulture, $"  MOS {mos:0.0} ({inputs.LossPercent:0.0} % made up, bursts {inputs.BurstRatio:0.0})"),
        ({ } mos, { } inputs) => string.Create(CultureInfo.InvariantCulture, $"  MOS {mos:0.0} ({inputs.LossPercent:0.0} % made up)"),
        _ => "",
    };

    private static string Loss(MediaStatistics s)
    {
        var expected = s.PacketsReceived + s.PacketsLost;
        return string.Create(CultureInfo.InvariantCulture, $"loss {(expected > 0 ? 100.0 * Math.Max(0, s.PacketsLost) / expected : 0):0.0} %");
    }
}
