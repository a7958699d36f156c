// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Cli.Options;
using Earshot.Lab.Links;

namespace Earshot.Cli.Lab;

/// <summary>Reads the values that describe a link, or says in one line what is wrong with one.</summary>
internal static class LabValues
{
    private const double LongestMs = 10_000;
    private const int LongestTrace = 16 << 20;

    /// <summary>A share in percent, as 0 to 1.</summary>
    public static double Share(string option, double? percent) => percent is null or (>= 0 and <= 100)
        ? (percent ?? 0) / 100
        : throw new UsageException($"{option} {Text(percent.Value)}: not a share", OptionExamples.Say(option));

    /// <summary>Milliseconds, 0 to 10 s.</summary>
    public static TimeSpan Milliseconds(string option, double value) => value is >= 0 and <= LongestMs
        ? TimeSpan.FromMilliseconds(value)
        : throw new UsageException($"{option} {Text(value)}: not a delay", OptionExamples.Say(option, $"milliseconds, 0 to {LongestMs:0}"));

    /// <summary>Two numbers with a comma.</summary>
    public static (double First, double Second) Pair(string option, string value, string names)
    {
        var parts = value.Split(',');
        return parts.Length == 2 && TryNumber(parts[0], out var first) && TryNumber(parts[1], out var second)
            ? (first, second)
            : throw new UsageException($"{option} {value}: not {names}", OptionExamples.Say(option));
    }

    /// <summary>none, uniform:MS, normal:MS, pareto:MS, spikes:PERCENT,MS or trace:FILE.</summary>
    public static IJitterModel Jitter(string? value)
    {
        if (value is null or "none") return new NoJitter();
        var (kind, rest) = value.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (value[..colon], value[(colon + 1)..]) : (value, "");
        return kind switch
        {
            "uniform" => new UniformJitter(JitterMs(value, rest)),
            "normal" => new NormalJitter(JitterMs(value, rest)),
            "pareto" => new ParetoJitter(JitterMs(value, rest)),
            "spikes" => Spikes(value, rest),
            "trace" => new TraceJitter(Trace(value, rest)),
            _ => throw new UsageException($"--jitter {value}: no such model", OptionExamples.Say("--jitter")),
        };
    }

    /// <summary>PERCENT,MS.</summary>
    public static Reordering? Reorder(string? value)
    {
        if (value is null) return null;
        var (percent, ms) = Pair("--reorder", value, "PERCENT,MS");
        return new(Share("--reorder", percent), Milliseconds("--reorder", ms));
    }

    /// <summary>KBPS,QUEUE_MS.</summary>
    public static RateLimit? Rate(string? value)
    {
        if (value is null) return null;
        var (kbps, queue) = Pair("--rate", value, "KBPS,QUEUE_MS");
        if (kbps is not (>= 1 and <= 1_000_000)) throw new UsageException($"--rate {value}: not a rate", OptionExamples.Say("--rate", "kbit/s, 1 to 1000000, and the queue in milliseconds"));
        return new(kbps, Milliseconds("--rate", queue));
    }

    /// <summary>AT,SECONDS.</summary>
    public static Outage? Outage(string? value)
    {
        if (value is null) return null;
        var (at, length) = Pair("--outage", value, "AT,SECONDS");
        if (at is not (>= 0 and <= 86400) || length is not (> 0 and <= 86400))
            throw new UsageException($"--outage {value}: not a time", OptionExamples.Say("--outage", "when it begins and how long it lasts, in seconds"));
        return new(TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(length));
    }

    private static SpikeJitter Spikes(string value, string rest)
    {
        var (percent, ms) = Pair("--jitter spikes:", rest, "PERCENT,MS");
        return new(percent is >= 0 and <= 100
            ? percent / 100
            : throw new UsageException($"--jitter {value}: {Text(percent)} is not a share", "Say percent, 0 to 100."), JitterDelay(value, ms));
    }

    private static double JitterMs(string value, string rest) => TryNumber(rest, out var ms)
        ? JitterDelay(value, ms)
        : throw new UsageException($"--jitter {value}: says no milliseconds", $"Say e.g. --jitter {value.Split(':')[0]}:20.");

    private static double JitterDelay(string value, double ms) => ms is >= 0 and <= LongestMs
        ? ms
        : throw new UsageException($"--jitter {value}: {Text(ms)} is not a delay", $"Say milliseconds, 0 to {LongestMs:0}.");

    private static List<double> Trace(string value, string path)
    {
        var file = InputFile.Read($"--jitter {value}", path, LongestTrace, "Name a file with one delay in milliseconds a line.");
        using var lines = new StreamReader(new MemoryStream(file));
        var delays = new List<double>();
        for (var i = 1; lines.ReadLine() is { } line; i++)
        {
            if (line.Trim().Length == 0) continue;
            if (!TryNumber(line, out var ms) || ms is not (>= 0 and <= LongestMs))
                throw new UsageException($"--jitter {value}: line {i} is no delay", "Each line is one delay in milliseconds.");
            delays.Add(ms);
        }

        return delays.Count > 0 ? delays : throw new UsageException($"--jitter {value}: the file holds no delay", "Each line is one delay in milliseconds.");
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
