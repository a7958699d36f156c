// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Measurement;

/// <summary>Where a chirp was found.</summary>
/// <param name="Offset">Samples from the recording's start to the chirp's first sample.</param>
/// <param name="Confidence">Correlation peak over the highest side lobe away from it; below 2 there was probably no chirp.</param>
internal readonly record struct ChirpFound(int Offset, double Confidence);

/// <summary>A short sweep whose correlation has one sharp peak: found to the sample in noise and after codecs.</summary>
internal static class Chirp
{
    /// <summary>40 ms at 48 kHz.</summary>
    public const int Length = 1920;

    private const double FromHz = 400;
    private const double ToHz = 3_400; // inside telephone band, so that every codec passes it
    private const double Amplitude = 16_000;
    private const int PeakWidth = 48;

    /// <summary>The sweep, faded in and out: 16-bit mono 48 kHz.</summary>
    public static short[] Samples { get; } = Make();

    /// <summary>Finds the sweep in a recording of at least <see cref="Length"/> samples.</summary>
    public static ChirpFound Find(ReadOnlySpan<short> recording)
    {
        var correlation = Fft.Correlate(ToDouble(recording), ToDouble(Samples));
        var peak = 0;
        for (var i = 1; i < correlation.Length; i++)
        {
            if (Math.Abs(correlation[i]) > Math.Abs(correlation[peak]))
                peak = i;
        }

        var lobe = 1.0;
        for (var i = 0; i < correlation.Length; i++)
        {
            if (Math.Abs(i - peak) > PeakWidth)
                lobe = Math.Max(lobe, Math.Abs(correlation[i]));
        }

        return correlation.Length == 0 ? default : new ChirpFound(peak, Math.Abs(correlation[peak]) / lobe);
    }

    private static double[] ToDouble(ReadOnlySpan<short> samples)
    {
        var values = new double[samples.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = samples[i];
        return values;
    }

    private static short[] Make()
    {
        var samples = new short[Length];
        for (var i = 0; i < Length; i++)
        {
            var t = i / 48_000.0;
            var sweep = (ToHz - FromHz) / (Length / 48_000.0);
            var phase = 2 * Math.PI * ((FromHz * t) + (sweep * t * t / 2));
            var window = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / (Length - 1)));
            samples[i] = (short)(Amplitude * window * Math.Sin(phase));
        }

        return samples;
    }
}
