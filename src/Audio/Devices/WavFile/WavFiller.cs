// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Files;

namespace Earshot.Audio.Devices.WavFile;

/// <summary>Fills blocks from a WAV file: once and then silence, or again and again.</summary>
/// <remarks>Thread: the stream's clock thread, which reads the file.</remarks>
internal sealed class WavFiller(WavReader reader, bool loop) : IBlockFiller
{
    private volatile bool _ended;

    /// <inheritdoc/>
    public bool HasEnded => _ended;

    /// <inheritdoc/>
    public void Fill(Span<short> block)
    {
        var done = reader.Read(block);
        for (var got = 1; loop && got > 0 && done < block.Length; done += got)
        {
            reader.Rewind();
            got = reader.Read(block[done..]);
        }

        block[done..].Clear();
        _ended = done < block.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();
}
