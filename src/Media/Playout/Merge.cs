// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Mends the unplayed end of a gap from its far side as well: made-up sound passes into what leads to the packet after the gap.</summary>
/// <remarks>
/// <code>
///   heard ...│ made up from the past ─────╲            │ next packet
///            │                    ╱─────── made up     │
///            │                             backwards   │
/// </code>
/// The part from the past is stretched or pressed a little so that both are in phase where they meet. Where speech sets in after quiet,
/// the passage takes the whole gap: an onset that was lost is heard. Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class Merge
{
    /// <summary>Not more than this is mended: 40 ms.</summary>
    public const int Longest = 1920;

    private const int Shortest = 120;
    private const int Passage = 240;
    private const int MostWarp = 60;

    /// <summary>10 dB: speech sets in.</summary>
    private const float Onset = 10;

    private readonly Extrapolation _back = new();
    private readonly short[] _reversed = new short[LinearPrediction.Window];
    private readonly float[] _before = new float[Longest];
    private readonly short[] _forth = new short[Longest];

    /// <summary>Mends.</summary>
    /// <param name="made">Made-up sound that is not played yet; it ends where the packet begins.</param>
    /// <param name="next">The packet's sound.</param>
    /// <param name="onlyOnset">Leave alone what the codec made up, but where speech sets in.</param>
    /// <returns>True when what is made up now leads to the packet.</returns>
    public bool Join(Span<short> made, ReadOnlySpan<short> next, bool onlyOnset)
    {
        if (made.Length < Shortest || next.Length < Extrapolation.LeastPast)
            return false;
        made = made[^Math.Min(made.Length, Longest)..];
        float past = Power(made[^Math.Min(480, made.Length)..]), coming = Power(next[..480]);
        bool onset = coming > Onset * past;
        if (onlyOnset && !onset)
            return false;
        MakeBefore(next, made.Length);
        made.CopyTo(_forth);
        int from = 0, to = made.Length;
        float warp = 1;
        if (!onset && made.Length > 2 * Passage)
        {
            (from, to) = ((made.Length - Passage) / 2, (made.Length + Passage) / 2);
            warp = 1 + (BestShift(from, to, made.Length) / (float)((from + to) / 2));
        }

        Blend(made, from, to, warp);
        return true;
    }

    private void MakeBefore(ReadOnlySpan<short> next, int length)
    {
        for (int i = 0; i < _reversed.Length; i++)
            _reversed[^(i + 1)] = next[i];
        _back.Learn(_reversed);
        _back.Continue(_before.AsSpan(0, length));
        _before.AsSpan(0, length).Reverse();
    }

    /// <summary>How far on in the past's continuation the sound is most like what leads to the packet.</summary>
    private int BestShift(int from, int to, int length)
    {
        int best = 0;
        float highest = 0.3f;
        for (int shift = -MostWarp; shift <= MostWarp; shift += 2)
        {
            if (from + shift < 0 || to + shift > length)
                continue;
            float likeness = Likeness(_forth.AsSpan(from + shift, to - from), _before.AsSpan(from, to - from));
            if (likeness <= highest)
                continue;
            (highest, best) = (likeness, shift);
        }

        return best;
    }

    private void Blend(Span<short> made, int from, int to, float warp)
    {
        // Unlike sounds add up by their powers.
        bool alike = Likeness(_forth.AsSpan(from, to - from), _before.AsSpan(from, to - from)) > 0.5f || warp != 1;
        for (int i = 0; i < made.Length; i++)
        {
            float weight = Math.Clamp((i - from + 1) / (float)(to - from + 1), 0, 1);
            float old = 1 - weight;
            if (!alike)
                (weight, old) = (MathF.Sqrt(weight), MathF.Sqrt(old));
            made[i] = (short)Math.Clamp((weight * _before[i]) + (old * At(i * warp, made.Length)), short.MinValue, short.MaxValue);
        }
    }

    private float At(float position, int length)
    {
        int whole = Math.Min((int)position, length - 2);
        return _forth[whole] + ((_forth[whole + 1] - _forth[whole]) * Math.Min(position - whole, 1));
    }

    private static float Likeness(ReadOnlySpan<short> a, ReadOnlySpan<float> b)
    {
        float ab = 0, aa = 1, bb = 1;
        for (int i = 0; i < a.Length; i += 2)
            (ab, aa, bb) = (ab + (a[i] * b[i]), aa + ((float)a[i] * a[i]), bb + (b[i] * b[i]));
        return ab / MathF.Sqrt(aa * bb);
    }

    private static float Power(ReadOnlySpan<short> sound)
    {
        float sum = 0;
        foreach (short sample in sound)
            sum += (float)sample * sample;
        return 1 + (sum / sound.Length);
    }
}
