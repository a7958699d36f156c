// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>Level of the last blocks: root mean square with a fall of about 200 ms.</summary>
/// <remarks>Thread: one writer; <see cref="Level"/> any. Real-time.</remarks>
internal sealed class LevelMeter
{
    private float _power;

    /// <summary>0 to 1 linear.</summary>
    public double Level => Math.Sqrt(Volatile.Read(ref _power));

    /// <summary>Takes a block of 48 kHz PCM.</summary>
    public void Measure(ReadOnlySpan<short> block)
    {
        long sum = 0;
        foreach (short sample in block)
            sum += sample * sample;
        float power = sum / (block.Length * 32768f * 32768f);
        float keep = MathF.Exp(-block.Length / 9600f);
        Volatile.Write(ref _power, (_power * keep) + (power * (1 - keep)));
    }
}
