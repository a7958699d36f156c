// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>A sound card's clock: counts samples, a little faster or slower than virtual time.</summary>
/// <param name="Begins">When its sample 0 is.</param>
/// <param name="Ppm">Millionths by which it runs fast.</param>
internal readonly record struct LabClock(Instant Begins, double Ppm)
{
    private const double NanosecondsPerSample = 1e9 / 48000;

    /// <summary>When a sample is: exact to the nanosecond for weeks, for it counts from the beginning.</summary>
    public Instant At(long sample) => new(Begins.Nanoseconds + (long)(sample * NanosecondsPerSample / (1 + (Ppm * 1e-6))));
}
