// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Measurement;

/// <summary>How much a recording is the speech that was sent.</summary>
/// <param name="Correlation">Median of the windows' normalised correlations: 1 is identical, other speech stays below about 0.4.</param>
/// <param name="LagMs">Milliseconds from the recording's start to the speech's.</param>
/// <param name="HeardWindows">Part of the active windows that correlate by 0.5 or more, 0 to 1: below 1 something is missing.</param>
internal sealed record SpeechMatch(double Correlation, double LagMs, double HeardWindows);

/// <summary>Aligns a recording with the speech that was sent and compares them window by window.</summary>
/// <remarks>
/// At 8 kHz, where every codec keeps the waveform; each half second may shift by ±40 ms against the whole and run faster or slower by
/// half a percent, which covers clock drift and what a jitter buffer inserts, drops or resamples. Not for real-time threads.
/// </remarks>
internal static class SpeechCorrelation
{
    private const int Decimation = 6; // 48 → 8 kHz
    private const int Window = 4_000; // 0.5 s
    private const int Slack = 320; // 40 ms
    private const double HeardAbove = 0.5;
    private const int Piece = 2_000; // 0.25 s
    private const int Reach = 8_000; // 1 s
    private const double FoundAbove = 0.7;

    // Over half a second that is two milliseconds: enough to put the harmonics of a voice out of step.
    private static readonly double[] Speeds = [1, 0.9958, 1.0042];

    /// <summary>Compares; both are 16-bit mono at 48 kHz.</summary>
    public static SpeechMatch Compare(ReadOnlySpan<short> sent, ReadOnlySpan<short> recorded)
    {
        var (speech, heard) = (ToNarrowBand(sent), ToNarrowBand(recorded));
        if (speech.Length < Window || heard.Length < Window)
            return new SpeechMatch(0, 0, 0);
        var lag = GlobalLag(speech, heard);
        var matches = new List<double>();
        foreach (var at in ActiveWindows(speech, Window))
        {
            if (at + lag >= 0 && at + lag + Window <= heard.Length)
                matches.Add(Speeds.Max(speed => Best(WindowAt(speech, at, speed), heard, at + lag)));
        }

        matches.Sort();
        return matches.Count == 0
            ? new SpeechMatch(0, 0, 0)
            : new SpeechMatch(matches[matches.Count / 2], lag / 8.0, matches.Count(m => m >= HeardAbove) / (double)matches.Count);
    }

    /// <summary>
    /// The part of the speech that stands in a recording somewhere near its place: 0 to 1; both are 16-bit mono at 48 kHz.
    /// For recordings from machines that stop for moments, which shifts all that follows: every quarter second may lie within
    /// ±1 s of the whole, so this tells whose speech it is and how much of it came through, not how even it was.
    /// Other speech gives 0.
    /// </summary>
    public static double PartFound(ReadOnlySpan<short> sent, ReadOnlySpan<short> recorded)
    {
        var (speech, heard) = (ToNarrowBand(sent), ToNarrowBand(recorded));
        if (speech.Length < Piece || heard.Length < Piece)
            return 0;
        var lag = GlobalLag(speech, heard);
        var (pieces, found) = (0, 0);
        foreach (var at in ActiveWindows(speech, Piece))
        {
            var from = Math.Max(0, at + lag - Reach);
            var to = Math.Min(heard.Length, at + lag + Piece + Reach);
            pieces++;
            if (to - from >= Piece && BestAnywhere(speech.AsSpan(at, Piece), heard.AsSpan(from, to - from)) >= FoundAbove)
                found++;
        }

        return pieces == 0 ? 0 : found / (double)pieces;
    }

    // The recording may start before or after the speech: silence of the speech's length on both sides allows every lag.
    private static int GlobalLag(double[] speech, double[] heard)
    {
        var padded = new double[heard.Length + (2 * speech.Length)];
        heard.CopyTo(padded, speech.Length);
        var correlation = Fft.Correlate(padded, speech);
        return Array.IndexOf(correlation, correlation.Max()) - speech.Length;
    }

    private static double[] WindowAt(double[] speech, int at, double speed)
    {
        var window = new double[Window];
        for (var i = 0; i < Window; i++)
        {
            // Around the window's middle, so that its place stays.
            var from = Math.Clamp(at + (Window / 2) + ((i - (Window / 2)) * speed), 0, speech.Length - 1.001);
            var whole = (int)from;
            window[i] = speech[whole] + ((from - whole) * (speech[whole + 1] - speech[whole]));
        }

        return window;
    }

    private static double Best(ReadOnlySpan<double> window, ReadOnlySpan<double> heard, int at)
    {
        var from = Math.Max(0, at - Slack);
        var to = Math.Min(heard.Length - Window, at + Slack);
        var best = 0.0;
        for (var start = from; start <= to; start++)
            best = Math.Max(best, Normalised(window, heard.Slice(start, Window)));
        return best;
    }

    // Over thousands of offsets, where Best would take seconds.
    private static double BestAnywhere(ReadOnlySpan<double> window, ReadOnlySpan<double> heard)
    {
        var products = Fft.Correlate(heard, window);
        var own = Energy(window);
        var energy = Energy(heard[..window.Length]);
        var floor = own / 1e4; // 40 dB below what is looked for nothing is found, however alike
        var best = 0.0;
        for (var at = 0; at < products.Length; at++)
        {
            best = Math.Max(best, products[at] / Math.Sqrt(own * Math.Max(energy, floor)));
            if (at + window.Length < heard.Length)
                energy += (heard[at + window.Length] * heard[at + window.Length]) - (heard[at] * heard[at]);
        }

        return best;
    }

    private static double Energy(ReadOnlySpan<double> samples)
    {
        var energy = 0.0;
        foreach (var value in samples)
            energy += value * value;
        return energy;
    }

    private static double Normalised(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (ab, aa, bb) = (0.0, 1e-9, 1e-9);
        for (var i = 0; i < a.Length; i++)
        {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }

        return ab / Math.Sqrt(aa * bb);
    }

    private static List<int> ActiveWindows(double[] speech, int length)
    {
        var energies = new List<(int At, double Energy)>();
        for (var at = 0; at + length <= speech.Length; at += length)
            energies.Add((at, Energy(speech.AsSpan(at, length))));

        var mean = energies.Average(e => e.Energy);
        return energies.Where(e => e.Energy > mean / 10 && e.Energy > 0).Select(e => e.At).ToList();
    }

    // A triangle of two decimation periods keeps what would alias small; the mean goes, since some codecs block DC.
    private static double[] ToNarrowBand(ReadOnlySpan<short> samples)
    {
        var result = new double[Math.Max(0, (samples.Length / Decimation) - 2)];
        for (var i = 0; i < result.Length; i++)
        {
            for (var tap = 0; tap < 2 * Decimation; tap++)
                result[i] += samples[(i * Decimation) + tap] * (Decimation - Math.Abs(tap - Decimation + 0.5));
        }

        var mean = result.Length == 0 ? 0 : result.Average();
        foreach (ref var value in result.AsSpan())
            value -= mean;
        return result;
    }
}
