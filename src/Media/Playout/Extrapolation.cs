// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Goes on from a piece of sound: its last pitch period repeated where it is voiced, noise of its colour where it is not.</summary>
/// <remarks>
/// <code>
///   past ─► LinearPrediction ─► residual ─► last period, over and over ──(× voicing)──┐
///                   │                       noise of its power ──(× √(1 − voicing²))──┴─► 1 / A(z) ─► made
///                   └──────────── poles, and the past's last samples as their memory ──────┘
/// </code>
/// The filter begins with the past's own samples in its memory: no seam. Given the sound backwards, it makes what came before.
/// Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class Extrapolation
{
    /// <summary>The least past that it learns from.</summary>
    public const int LeastPast = LinearPrediction.Window;

    private const int LongCompared = 480;
    private const int ShortCompared = 360;
    private const float UnvoicedLikeness = 0.25f;
    private const float VoicedLikeness = 0.75f;

    private readonly LinearPrediction _prediction = new();
    private readonly float[] _residual = new float[PitchSearch.MaximumLag];
    private readonly float[] _memory = new float[LinearPrediction.Order];
    private int _lag;
    private int _phase;
    private float _noise;
    private uint _random = 1;

    /// <summary>0: noise alone; 1: the period alone.</summary>
    public float Voicing { get; private set; }

    /// <summary>Learns what is to be continued.</summary>
    /// <param name="past">At least <see cref="LeastPast"/>.</param>
    /// <param name="noiseOnly">Take its colour and its power, but no pitch.</param>
    public void Learn(ReadOnlySpan<short> past, bool noiseOnly = false)
    {
        int compared = past.Length >= LongCompared + PitchSearch.MaximumLag ? LongCompared : ShortCompared;
        int longest = Math.Min(PitchSearch.MaximumLag, past.Length - compared);
        float likeness = 0;
        _lag = noiseOnly ? longest : PitchSearch.BestLag(past, past.Length - compared, compared, -1, longest, out likeness);
        Voicing = Math.Clamp((likeness - UnvoicedLikeness) / (VoicedLikeness - UnvoicedLikeness), 0, 1);
        _prediction.Analyse(past);
        _prediction.Residual(past, _residual.AsSpan(0, _lag));
        float power = 0;
        foreach (float value in _residual.AsSpan(0, _lag))
            power += value * value;
        // Uniform noise of range ±1 has a third of the power of its peak.
        _noise = MathF.Sqrt(3 * power / _lag * (1 - (Voicing * Voicing)));
        _phase = 0;
        for (int i = 0; i < _memory.Length; i++)
            _memory[i] = past[past.Length - 1 - i];
    }

    /// <summary>Goes on.</summary>
    public void Continue(Span<float> made)
    {
        for (int i = 0; i < made.Length; i++)
        {
            float value = (Voicing * _residual[_phase]) + (_noise * Noise());
            _phase = _phase + 1 == _lag ? 0 : _phase + 1;
            made[i] = Math.Clamp(Filter(value), short.MinValue, short.MaxValue);
            _memory.AsSpan(0, _memory.Length - 1).CopyTo(_memory.AsSpan(1));
            _memory[0] = made[i];
        }
    }

    private float Filter(float value) => value - LinearPrediction.Dot(_prediction.Coefficients, _memory);

    /// <summary>−1 to 1, the same in each run.</summary>
    private float Noise()
    {
        _random = unchecked((_random * 1664525) + 1013904223);
        return (int)_random / 2147483648f;
    }
}
