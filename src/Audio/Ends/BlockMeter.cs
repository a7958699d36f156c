// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>Loudness as a meter shows it.</summary>
/// <param name="Peak">Highest magnitude of the last moments, 0 to 1; falls by 20 dB in 1.5 s.</param>
/// <param name="Rms">Root of the mean square over about 300 ms, 0 to 1.</param>
internal readonly record struct AudioLevel(float Peak, float Rms)
{
    /// <summary>Peak in dB below full scale; −100 for silence.</summary>
    public float PeakDbfs => ToDbfs(Peak);

    /// <summary>RMS in dB below full scale; −100 for silence.</summary>
    public float RmsDbfs => ToDbfs(Rms);

    private static float ToDbfs(float level) => level < 1e-5f ? -100 : 20 * MathF.Log10(level);
}

/// <summary>Follows the level of a stream of blocks.</summary>
/// <remarks>
/// Thread: <see cref="Measure"/> belongs to the stream's thread, real-time; <see cref="Level"/> may be read from any:
/// both figures travel in one 64-bit word, so they belong together.
/// </remarks>
internal sealed class BlockMeter
{
    private const double PeakSeconds = 0.65; // e-folding: 20 dB in 1.5 s
    private const double RmsSeconds = 0.3;
    private double _peak;
    private double _meanSquare;
    private ulong _shown;

    /// <summary>The level after the last block.</summary>
    public AudioLevel Level
    {
        get
        {
            var shown = Volatile.Read(ref _shown);
            return new AudioLevel(BitConverter.UInt32BitsToSingle((uint)(shown >> 32)), BitConverter.UInt32BitsToSingle((uint)shown));
        }
    }

    /// <summary>Takes one block at 48 kHz.</summary>
    public void Measure(ReadOnlySpan<short> block)
    {
        if (block.IsEmpty)
            return;
        long squares = 0;
        var peak = 0;
        foreach (int sample in block)
        {
            squares += sample * sample;
            peak = Math.Max(peak, Math.Abs(sample));
        }

        var seconds = block.Length / 48_000.0;
        _peak = Math.Max(peak / 32768.0, _peak * Math.Exp(-seconds / PeakSeconds));
        var keep = Math.Exp(-seconds / RmsSeconds);
        _meanSquare = (keep * _meanSquare) + ((1 - keep) * squares / block.Length / (32768.0 * 32768.0));
        var high = (ulong)BitConverter.SingleToUInt32Bits((float)_peak) << 32;
        Volatile.Write(ref _shown, high | BitConverter.SingleToUInt32Bits((float)Math.Sqrt(_meanSquare)));
    }
}
