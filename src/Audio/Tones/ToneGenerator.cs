// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Tones;

/// <summary>Two sines and when they sound: every tone that a telephone makes.</summary>
/// <param name="First">Hz.</param>
/// <param name="Second">Hz; 0 for none.</param>
/// <param name="Cadence">Seconds on, off, on, off …, again and again; empty for always on.</param>
/// <param name="Amplitude">Peak of each sine, 0 to 0.5 of full scale.</param>
internal sealed record Tone(double First, double Second = 0, IReadOnlyList<double>? Cadence = null, double Amplitude = 0.15)
{
    /// <summary>Ringback of most of Europe: 425 Hz, 1 s on, 4 s off (ETSI TR 101 041-2).</summary>
    public static readonly Tone RingbackEurope = new(425, 0, [1, 4]);

    /// <summary>Busy in most of Europe: 425 Hz, half a second on and off.</summary>
    public static readonly Tone BusyEurope = new(425, 0, [0.5, 0.5]);

    /// <summary>Ringback of North America: 440 and 480 Hz, 2 s on, 4 s off.</summary>
    public static readonly Tone RingbackAmerica = new(440, 480, [2, 4]);

    /// <summary>Busy in North America: 480 and 620 Hz, half a second on and off.</summary>
    public static readonly Tone BusyAmerica = new(480, 620, [0.5, 0.5]);

    private static readonly double[] Rows = [697, 770, 852, 941];
    private static readonly double[] Columns = [1209, 1336, 1477, 1633];

    /// <summary>The pair of a key (ITU-T Q.23): 0–9, *, #, A–D; null for any other.</summary>
    public static Tone? Dtmf(char key)
    {
        var at = "123A456B789C*0#D".IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);
        return at < 0 ? null : new Tone(Rows[at / 4], Columns[at % 4]);
    }
}

/// <summary>Plays a <see cref="Tone"/> block by block; the phases run on over blocks, 5 ms ramps keep its edges from clicking.</summary>
/// <remarks>Thread: one. Real-time after construction: no allocation, lock or system call.</remarks>
internal sealed class ToneGenerator
{
    private const double RampSeconds = 0.005;
    private readonly double _firstStep;
    private readonly double _secondStep;
    private readonly double _peak;
    private readonly float _rampStep;
    private readonly long[] _edges; // samples from the cadence's begin: off, on, off, … its end
    private double _first;
    private double _second;
    private long _at;
    private float _level;

    /// <summary>Prepares a tone.</summary>
    /// <param name="tone">What to play.</param>
    /// <param name="sampleRate">Hz.</param>
    /// <exception cref="ArgumentException">A frequency is not below half the rate, or the cadence is odd or empty of time.</exception>
    public ToneGenerator(Tone tone, int sampleRate = 48000)
    {
        if (tone.First < 0 || tone.Second < 0 || Math.Max(tone.First, tone.Second) * 2 >= sampleRate)
            throw new ArgumentException($"{tone.First} and {tone.Second} Hz do not fit {sampleRate} samples a second", nameof(tone));
        (_firstStep, _secondStep) = (tone.First / sampleRate, tone.Second / sampleRate);
        _peak = 32767 * Math.Clamp(tone.Amplitude, 0, 0.5);
        _rampStep = (float)(1 / (RampSeconds * sampleRate));
        _edges = Edges(tone.Cadence ?? [], sampleRate);
    }

    /// <summary>Fills a block with what comes next.</summary>
    public void Fill(Span<short> block)
    {
        foreach (ref var sample in block)
        {
            _level = Math.Clamp(_level + (IsOn() ? _rampStep : -_rampStep), 0, 1);
            sample = _level == 0 ? (short)0 : (short)Math.Round(_level * _peak * (Sine(_first) + Sine(_second)));
            _first = Turn(_first, _firstStep);
            _second = Turn(_second, _secondStep);
            if (++_at == _edges[^1]) _at = 0;
        }
    }

    private static double Sine(double turns) => Math.Sin(2 * Math.PI * turns);

    private static double Turn(double phase, double step) => phase + step >= 1 ? phase + step - 1 : phase + step;

    private bool IsOn()
    {
        for (var i = 0; i < _edges.Length; i++)
            if (_at < _edges[i]) return i % 2 == 0;
        return true;
    }

    private static long[] Edges(IReadOnlyList<double> cadence, int rate)
    {
        if (cadence.Count == 0) return [long.MaxValue];
        var edges = new long[cadence.Count];
        var end = 0.0;
        for (var i = 0; i < edges.Length; i++) edges[i] = (long)Math.Round((end += cadence[i]) * rate);
        if (edges.Length % 2 != 0 || edges[^1] <= 0 || cadence.Any(part => part < 0))
            throw new ArgumentException("a cadence is pairs of seconds on and off", nameof(cadence));
        return edges;
    }
}
