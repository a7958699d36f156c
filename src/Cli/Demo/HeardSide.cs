// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Audio.Files;

namespace Earshot.Cli.Demo;

/// <summary>Of a call's recording, left what was said and right what was heard, the right one as a file of its own.</summary>
internal static class HeardSide
{
    private const int FrameBytes = 4; // two 16-bit samples

    /// <summary>Writes what was heard: mono, 48 kHz. The recording stays as it is.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Keep(string recording, string heard)
    {
        using var from = File.OpenRead(recording);
        from.Position = WavHeader.Size;
        using var to = WavWriter.Create(heard);
        var frames = new byte[FrameBytes * 4800];
        var samples = new short[4800];
        while (from.ReadAtLeast(frames, frames.Length, throwOnEndOfStream: false) is >= FrameBytes and var count)
        {
            var length = count / FrameBytes;
            for (var i = 0; i < length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(frames.AsSpan((FrameBytes * i) + 2));
            to.Append(samples.AsSpan(0, length));
        }
    }
}
