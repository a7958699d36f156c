// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Lab.Calls;

/// <summary>By how much a codec's output lags behind its input, encoder, decoder and both rate conversions together.</summary>
internal static class CodecDelay
{
    /// <summary>Milliseconds.</summary>
    /// <remarks>RFC 6716 §2: 312 samples for voice; G.722's two filter banks: 22 samples at 16 kHz; half of each resampling filter.</remarks>
    public static double Of(string codec) => codec switch
    {
        "opus" => 6.5,
        "g722" => 1.375 + Conversion(16000),
        _ => Conversion(8000),
    };

    private static double Conversion(double lowRate) => Resampler.LowRateTaps / lowRate * 1000;
}
