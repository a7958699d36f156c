// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Playout;

/// <summary>Silent gaps: 10 ms or more of what is heard more than 30 dB below the aligned sent speech, while that is active.</summary>
internal static class GapMeasure
{
    private const int Frame = 480;
    private const double ActiveBelowMean = 100; // 20 dB below the mean power counts as a pause
    private const double Missing = 1000; // 30 dB

    /// <summary>Part of the active 10 ms frames that are gaps, 0 to 1.</summary>
    /// <param name="sent">48 kHz.</param>
    /// <param name="heard">48 kHz.</param>
    /// <param name="lag">Samples from a sample of <paramref name="sent"/> to the same one in <paramref name="heard"/>.</param>
    public static double Share(ReadOnlySpan<short> sent, ReadOnlySpan<short> heard, int lag)
    {
        double mean = Power(sent);
        int active = 0, gaps = 0;
        for (int at = Math.Max(0, -lag); at + Frame <= sent.Length && at + lag + Frame <= heard.Length; at += Frame)
        {
            double spoken = Power(sent.Slice(at, Frame));
            if (spoken < mean / ActiveBelowMean)
                continue;
            active++;
            gaps += Power(heard.Slice(at + lag, Frame)) < spoken / Missing ? 1 : 0;
        }

        return active == 0 ? 1 : (double)gaps / active;
    }

    public static double Power(ReadOnlySpan<short> samples)
    {
        double sum = 0;
        foreach (short sample in samples)
            sum += (double)sample * sample;
        return sum / samples.Length;
    }
}
