// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;
using Earshot.Audio.Files;

namespace Earshot.Lab.Calls;

/// <summary>What somebody says, over and over: 48 kHz mono.</summary>
/// <param name="Name">For reports; no path.</param>
/// <param name="Samples">At least one.</param>
internal sealed record LabVoice(string Name, short[] Samples)
{
    private const int Rate = 48000;

    /// <summary>The names of the voices that are always there.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["speech_en_librivox", "speech_en_m", "speech_de_f"];

    /// <summary>A voice that is always there.</summary>
    public static LabVoice Open(string builtIn)
    {
        using var wav = typeof(LabVoice).Assembly.GetManifestResourceStream($"{builtIn}.wav")
            ?? throw new ArgumentException($"no voice '{builtIn}'", nameof(builtIn));
        var bytes = new byte[wav.Length];
        wav.ReadExactly(bytes);
        // Built in are plain 16-bit files at 48 kHz: 44 bytes of header.
        var samples = new short[(bytes.Length - WavHeader.Size) / 2];
        Buffer.BlockCopy(bytes, WavHeader.Size, samples, 0, 2 * samples.Length);
        return new(builtIn, samples);
    }

    /// <summary>A file of one's own, brought to 48 kHz.</summary>
    /// <exception cref="Audio.Devices.AudioDeviceException">It cannot be read; one line.</exception>
    public static LabVoice Read(string path)
    {
        var samples = WavReader.ReadAll(path, out var rate);
        if (samples.Length == 0) throw new Audio.Devices.AudioDeviceException($"{path} holds no samples");
        return new(Path.GetFileNameWithoutExtension(path), rate == Rate ? samples : Convert(samples, rate));
    }

    /// <summary>Copies a stretch of the endless repetition.</summary>
    public void CopyTo(long at, Span<short> block)
    {
        for (var from = (int)(at % Samples.Length); !block.IsEmpty; from = 0)
        {
            var count = Math.Min(block.Length, Samples.Length - from);
            Samples.AsSpan(from, count).CopyTo(block);
            block = block[count..];
        }
    }

    /// <summary>What is said in a call of some length.</summary>
    public short[] Take(TimeSpan duration)
    {
        var said = new short[(int)(duration.TotalSeconds * Rate)];
        CopyTo(0, said);
        return said;
    }

    private static short[] Convert(short[] samples, int rate)
    {
        var converter = new Resampler(rate, Rate);
        var converted = new short[converter.MaxOutput(samples.Length)];
        return converted[..converter.Convert(samples, converted)];
    }
}
