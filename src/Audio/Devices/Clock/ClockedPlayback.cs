// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Clock;

/// <summary>A speaker made of a clock, and, if wanted, something that keeps what is played.</summary>
/// <remarks>Thread: see <see cref="ClockedStream"/>.</remarks>
internal sealed class ClockedPlayback : ClockedStream
{
    private readonly IPlaybackSource _source;
    private readonly IBlockKeeper? _keeper;
    private readonly short[] _block;

    /// <summary>Prepares a stopped stream that owns the keeper.</summary>
    public ClockedPlayback(string name, AudioStreamFormat format, IPlaybackSource source, IBlockKeeper? keeper)
        : base(name, format)
    {
        _source = source;
        _keeper = keeper;
        _block = new short[format.BlockSamples];
    }

    /// <inheritdoc/>
    internal override void Tick(long due)
    {
        try
        {
            _source.OnPlayback(_block, due);
        }
        catch (Exception defect)
        {
            _block.AsSpan().Clear();
            Defects.Note(defect);
        }

        if (IsWanted)
            _keeper?.Keep(_block);
    }

    /// <inheritdoc/>
    protected override void Close() => _keeper?.Dispose();
}

/// <summary>Something that keeps what a clocked speaker plays.</summary>
/// <remarks>Thread: the stream's clock thread.</remarks>
internal interface IBlockKeeper : IDisposable
{
    /// <summary>Takes one block as it is played: 16-bit PCM, mono, 48 kHz.</summary>
    void Keep(ReadOnlySpan<short> block);
}
