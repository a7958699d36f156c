// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;

namespace Earshot.Benchmarks;

/// <summary>Ten seconds of a real voice, 48 kHz mono, cut into frames that come again and again.</summary>
internal sealed class SpeechFrames(int frameSamples, int sampleRate = 48000)
{
    private readonly short[] _speech = Read(sampleRate);
    private int _at;

    /// <summary>How many whole frames there are.</summary>
    public int Count => _speech.Length / frameSamples;

    /// <summary>The next frame; after the last comes the first.</summary>
    public ReadOnlySpan<short> Next()
    {
        if (_at + frameSamples > _speech.Length) _at = 0;
        _at += frameSamples;
        return _speech.AsSpan(_at - frameSamples, frameSamples);
    }

    private static short[] Read(int rate)
    {
        var speech = WavReader.ReadAll(Path.Combine(AppContext.BaseDirectory, "vectors", "speech", "speech_en_librivox.wav"), out var given);
        if (rate == given) return speech;
        var converter = new Audio.Dsp.Resampler(given, rate);
        var made = new short[converter.MaxOutput(speech.Length)];
        return made[..converter.Convert(speech, made)];
    }
}
