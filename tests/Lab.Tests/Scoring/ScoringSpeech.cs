// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;

namespace Earshot.Lab.Tests.Scoring;

/// <summary>Speech and what is done to it, the same on every machine.</summary>
internal static class ScoringSpeech
{
    private const int GateSamples = 6000; // 125 ms

    public static short[] Open(string voice) => LabVoice.Open(voice).Samples;

    /// <summary>Uniform white noise at a ratio of energies over the whole, all the time or 125 ms off and 125 ms on.</summary>
    public static short[] WithNoise(ReadOnlySpan<short> speech, double snr, ulong seed = 7, bool gated = false)
    {
        var random = new SeededRandom(seed);
        var noise = new double[speech.Length];
        var (speechEnergy, noiseEnergy) = (0.0, 0.0);
        for (var i = 0; i < noise.Length; i++)
        {
            var value = (2 * random.NextUnit()) - 1;
            noise[i] = gated && i / GateSamples % 2 == 0 ? 0 : value;
            noiseEnergy += noise[i] * noise[i];
            speechEnergy += (double)speech[i] * speech[i];
        }

        var gain = Math.Sqrt(speechEnergy / noiseEnergy / Math.Pow(10, snr / 10));
        var noisy = new short[noise.Length];
        for (var i = 0; i < noisy.Length; i++)
            noisy[i] = (short)Math.Clamp(Math.Floor(speech[i] + (noise[i] * gain) + 0.5), short.MinValue, short.MaxValue);
        return noisy;
    }

    /// <summary>Silence in front: heard later.</summary>
    public static short[] Delayed(ReadOnlySpan<short> speech, double ms)
    {
        var delayed = new short[speech.Length + (int)(ms * 48)];
        speech.CopyTo(delayed.AsSpan((int)(ms * 48)));
        return delayed;
    }

    /// <summary>Over and over.</summary>
    public static short[] Repeated(string voice, double seconds)
    {
        var samples = new short[(int)(seconds * 48000)];
        LabVoice.Open(voice).CopyTo(0, samples);
        return samples;
    }
}
