// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Clock;

namespace Earshot.Audio.Devices.Null;

/// <summary>Fills blocks with a steady sine at −12 dBFS, or with silence at 0 Hz.</summary>
/// <remarks>Thread: the stream's clock thread.</remarks>
internal sealed class ToneFiller : IBlockFiller
{
    private const double Amplitude = 32767 * 0.25;
    private readonly double _step;
    private double _phase;

    /// <summary>Prepares a tone of so many Hz.</summary>
    public ToneFiller(double frequency) => _step = frequency / 48_000;

    /// <inheritdoc/>
    public bool HasEnded => false;

    /// <inheritdoc/>
    public void Fill(Span<short> block)
    {
        if (_step == 0)
        {
            block.Clear();
            return;
        }

        foreach (ref var sample in block)
        {
            sample = (short)Math.Round(Amplitude * Math.Sin(2 * Math.PI * _phase));
            _phase += _step;
            _phase -= Math.Floor(_phase);
        }
    }

    /// <inheritdoc/>
    public void Rewind()
    {
        // A tone has no beginning.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
