// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Conversion;

/// <summary>The engine's block that fits a device's period without a queue between them.</summary>
/// <remarks>
/// A fixed block beside another period needs a queue in which samples wait for up to both of them: 240 beside JACK's 128
/// measured 10.65 ms round trip under PipeWire where 128 beside 128 measures 5.33 ms. The engine takes any block of 2.5 to 20 ms.
/// </remarks>
internal static class DeviceBlocks
{
    /// <summary>2.5 ms.</summary>
    public const int Shortest = 120;

    /// <summary>20 ms.</summary>
    public const int Longest = 960;

    /// <summary>Samples of a block: the period itself, a multiple of a short one, an even part of a long one.</summary>
    /// <param name="period">Frames at 48 kHz that the device brings at once.</param>
    /// <param name="wanted">Taken when no such block fits, e.g. a long period that is a prime number.</param>
    public static int For(int period, int wanted)
    {
        if (period <= 0)
            return wanted;
        if (period < Shortest)
            return period * ((Shortest + period - 1) / period);
        for (var parts = (period + Longest - 1) / Longest; period / parts >= Shortest; parts++)
        {
            if (period % parts == 0)
                return period / parts;
        }

        return wanted;
    }
}
