// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;
using Earshot.Audio.Files;
using Earshot.Audio.Measurement;

namespace Earshot.Peers.Tests.Harness;

/// <summary>Checks that a recording holds the speech that was sent.</summary>
internal static class Speech
{
    /// <summary>The mono recording is that speech.</summary>
    public static void IsHeard(string sent, string heard) => IsHeard(sent, At48k(heard), heard);

    /// <summary>The right channel of a call's recording, what was heard, is that speech.</summary>
    public static void IsHeardInCall(string sent, string recording) => IsHeard(sent, Channel(recording, 1), recording);

    private static void IsHeard(string sent, short[] heard, string where)
    {
        // Other speech is not found at all. A machine that stops for moments makes both ends stretch and conceal a part of the right
        // one: with half a second stopped in every two, half of it still comes through whole, and a quarter of a call of six seconds that stopped for four. How even it sounds, the lab judges.
        var found = SpeechCorrelation.PartFound(At48k(sent), heard);
        Assert.True(found > 0.15, $"{where} is not {sent}: {found:P0} of it was found, {SpeechCorrelation.Compare(At48k(sent), heard)}");
    }

    // Other phones keep what they decode at the codec's own rate.
    private static short[] At48k(string path)
    {
        var samples = WavReader.ReadAll(path, out var rate);
        if (rate == 48000) return samples;
        var raised = new short[(long)samples.Length * 48000 / rate];
        var made = new RateConverter(rate, 48000).Convert(samples, raised, out _);
        return raised[..made];
    }

    private static short[] Channel(string stereo, int channel)
    {
        var bytes = File.ReadAllBytes(stereo).AsSpan(44);
        var samples = new short[bytes.Length / 4];
        for (var i = 0; i < samples.Length; i++) samples[i] = BitConverter.ToInt16(bytes[((4 * i) + (2 * channel))..]);
        return samples;
    }
}
