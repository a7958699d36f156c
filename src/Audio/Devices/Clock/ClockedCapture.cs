// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.Clock;

/// <summary>A microphone made of a clock and something that fills blocks.</summary>
/// <remarks>Thread: see <see cref="ClockedStream"/>.</remarks>
internal sealed class ClockedCapture : ClockedStream, IFiniteSource
{
    private readonly IBlockFiller _filler;
    private readonly ICaptureSink _sink;
    private readonly short[] _block;
    private bool _waits;

    /// <summary>Prepares a stopped stream that owns the filler.</summary>
    public ClockedCapture(string name, AudioStreamFormat format, IBlockFiller filler, ICaptureSink sink)
        : base(name, format)
    {
        _filler = filler;
        _sink = sink;
        _block = new short[format.BlockSamples];
    }

    /// <inheritdoc/>
    public bool HasEnded => _filler.HasEnded;

    /// <inheritdoc/>
    internal override void Tick(long due)
    {
        // Asked once: what changes within a block counts from the next one on.
        var wanted = IsWanted;
        if (wanted)
            _filler.Fill(_block);
        else
            Wait();
        _waits = !wanted;
        try
        {
            // A card hands a block over when its last sample has been captured, so the first is one block old.
            _sink.OnCaptured(_block, due - MonotonicClock.SamplesToNanoseconds(_block.Length));
        }
        catch (Exception defect)
        {
            Defects.Note(defect);
        }
    }

    // What a file says is for a caller: each call hears it from its beginning.
    private void Wait()
    {
        if (!_waits)
            _filler.Rewind();
        _block.AsSpan().Clear();
    }

    /// <inheritdoc/>
    protected override void Close() => _filler.Dispose();
}

/// <summary>A source that can come to an end, after which it is silent.</summary>
internal interface IFiniteSource
{
    /// <summary>True once the last sample was handed over. Any thread.</summary>
    bool HasEnded { get; }
}

/// <summary>Something that gives samples for a clocked microphone.</summary>
/// <remarks>Thread: the stream's clock thread.</remarks>
internal interface IBlockFiller : IFiniteSource, IDisposable
{
    /// <summary>Fills the whole block: 16-bit PCM, mono, 48 kHz.</summary>
    void Fill(Span<short> block);

    /// <summary>Goes back to the beginning.</summary>
    void Rewind();
}
