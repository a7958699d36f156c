// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Playout;

/// <summary>Makes sound up for what is missing: the codec's own where it has one, else <see cref="Extrapolation"/>; both fade out in a long gap.</summary>
/// <remarks>Thread: playback. Real-time: no allocation.</remarks>
internal sealed class Concealment
{
    /// <summary>60 ms sound as before, then fade.</summary>
    private const int FadeFrom = 2880;

    /// <summary>Silent after 180 ms: repeated speech turns into a buzz.</summary>
    private const int FadeTo = 8640;

    /// <summary>Opus makes up sound in whole steps of 2.5 ms.</summary>
    private const int CodecStep = 120;

    private const int Compared = 480;

    private readonly Extrapolation _extrapolation = new();
    private readonly BackgroundNoise _background = new();
    private readonly float[] _made = new float[480];
    private bool _learned;

    /// <summary>Samples made up since the gap began.</summary>
    public int Length { get; private set; }

    /// <summary>The gap has faded out.</summary>
    public bool IsSilent => Length >= FadeTo;

    /// <summary>Received sound follows: the next gap is a new one.</summary>
    public void End() => (Length, _learned) = (0, false);

    /// <summary>Appends made-up sound.</summary>
    /// <param name="queue">Where it goes, and the past that it continues.</param>
    /// <param name="wanted">Samples.</param>
    /// <param name="decoder">The stream's decoder, if any.</param>
    /// <param name="pause">A pause of the sender and no loss: the codec's noise does not fade.</param>
    /// <param name="noise">The sender is known to make pauses: what fades, fades into the background.</param>
    /// <param name="kind">What it is to be called.</param>
    public void Append(SampleQueue queue, int wanted, IAudioDecoder? decoder, bool pause, bool noise, PlayedKind kind)
    {
        Span<short> room = queue.Reserve(wanted + CodecStep)[..wanted];
        bool own = decoder is not { HasConcealment: true };
        if (IsSilent && (!pause || own))
            room.Clear();
        else if (own || !FromCodec(decoder!, room))
            Extrapolate(queue, room);
        if (!pause || own)
            Fade(room, Length);
        if (own && noise)
            _background.AddTo(room, 1 - Gain(Length), 1 - Gain(Length + wanted));
        Length = Math.Min(Length + wanted, FadeTo);
        queue.Commit(wanted, kind, Protocol.Instant.Never);
    }

    /// <summary>A packet was decoded by a codec that does not describe its pauses.</summary>
    public void Hear(ReadOnlySpan<short> sound) => _background.Hear(sound);

    /// <summary>Another sender.</summary>
    public void Restart() => _background.Forget();

    /// <summary>Continues the queue's sound by its last pitch period, for a cross-fade into whatever comes.</summary>
    public static void Continue(SampleQueue queue, Span<short> tail)
    {
        ReadOnlySpan<short> past = queue.Past;
        int lag = PitchSearch.BestLag(past, past.Length - Compared, Compared, -1, PitchSearch.MaximumLag, out _);
        for (int i = 0; i < tail.Length; i++)
            tail[i] = i < lag ? past[past.Length - lag + i] : tail[i - lag];
    }

    private static bool FromCodec(IAudioDecoder decoder, Span<short> room)
    {
        int whole = room.Length / CodecStep * CodecStep;
        if (whole != room.Length)
            return false;
        return decoder.Conceal(room) == room.Length;
    }

    private void Extrapolate(SampleQueue queue, Span<short> room)
    {
        if (!_learned)
            _extrapolation.Learn(queue.Past);
        _learned = true;
        for (; room.Length > 0; room = room[Math.Min(_made.Length, room.Length)..])
        {
            Span<float> made = _made.AsSpan(0, Math.Min(_made.Length, room.Length));
            _extrapolation.Continue(made);
            for (int i = 0; i < made.Length; i++)
                room[i] = (short)made[i];
        }
    }

    private static void Fade(Span<short> room, int at)
    {
        if (at + room.Length <= FadeFrom)
            return;
        for (int i = 0; i < room.Length; i++)
            room[i] = (short)(room[i] * Gain(at + i));
    }

    private static float Gain(int at) => Math.Clamp((FadeTo - at) / (float)(FadeTo - FadeFrom), 0f, 1f);
}
