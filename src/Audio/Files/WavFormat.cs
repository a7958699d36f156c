// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Files;

/// <summary>How a WAV file stores its samples.</summary>
/// <param name="SampleRate">Hz.</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="BitsPerSample">8, 16, 24 or 32.</param>
/// <param name="IsFloat">32-bit IEEE float instead of integers.</param>
internal readonly record struct WavFormat(int SampleRate, int Channels, int BitsPerSample, bool IsFloat)
{
    /// <summary>Bytes of one sample of every channel.</summary>
    public int FrameBytes => Channels * BitsPerSample / 8;
}
