// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>What the far room sounds like when nobody speaks: learnt from the quietest packets of the last seconds, played in the pauses of a sender that sends none.</summary>
/// <remarks>Thread: playback. Real-time: no allocation.</remarks>
internal sealed class BackgroundNoise
{
    /// <summary>A floor that rises is followed by 3 dB within 3 s of 20 ms packets.</summary>
    private const float Rise = 1.005f;

    /// <summary>1 dB quieter than what is known is worth learning.</summary>
    private const float Quieter = 0.8f;

    /// <summary>Louder than −36 dBFS is no background.</summary>
    private const float Loudest = 500 * 500;

    private readonly Extrapolation _noise = new();
    private readonly float[] _made = new float[480];
    private float _power = Loudest;
    private bool _known;

    /// <summary>A packet was decoded.</summary>
    public void Hear(ReadOnlySpan<short> sound)
    {
        if (sound.Length < Extrapolation.LeastPast)
            return;
        float power = 0;
        foreach (short sample in sound)
            power += (float)sample * sample;
        power = 1 + (power / sound.Length); // at least 1: digital silence is learnt once
        _power = Math.Min(_power * Rise, Loudest);
        if (power > Quieter * _power)
            return;
        _power = power;
        _noise.Learn(sound, noiseOnly: true);
        _known = true;
    }

    /// <summary>Adds noise to what fades.</summary>
    /// <param name="room">Faded sound.</param>
    /// <param name="from">Level of the noise at the begin, 0 to 1.</param>
    /// <param name="to">And at the end.</param>
    public void AddTo(Span<short> room, float from, float to)
    {
        if (!_known)
            return;
        for (int at = 0; at < room.Length; at += _made.Length)
        {
            Span<float> made = _made.AsSpan(0, Math.Min(_made.Length, room.Length - at));
            _noise.Continue(made);
            for (int i = 0; i < made.Length; i++)
            {
                float level = from + ((to - from) * (at + i) / room.Length);
                room[at + i] = (short)Math.Clamp(room[at + i] + (level * made[i]), short.MinValue, short.MaxValue);
            }
        }
    }

    /// <summary>Another sender, another room.</summary>
    public void Forget() => (_power, _known) = (Loudest, false);
}
