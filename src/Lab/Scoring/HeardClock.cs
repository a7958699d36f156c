// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>When the samples of a recording were heard: its sound card starts some time after the call and may run fast.</summary>
/// <param name="FromMs">When the first sample was heard, since the call (and what was said) began.</param>
/// <param name="Ppm">Millionths by which its card is faster than the speaker's: it takes that many more samples in the same time.</param>
internal readonly record struct HeardClock(double FromMs, double Ppm)
{
    /// <summary>When a sample was heard.</summary>
    /// <param name="index">Of the sample at <see cref="NarrowBand.Rate"/>; fractions between samples.</param>
    public double TimeMs(double index) => FromMs + (index * 1000 / (NarrowBand.Rate * (1 + (Ppm * 1e-6))));

    /// <summary>Which sample was heard at a time.</summary>
    public double Index(double timeMs) => (timeMs - FromMs) / 1000 * NarrowBand.Rate * (1 + (Ppm * 1e-6));
}
