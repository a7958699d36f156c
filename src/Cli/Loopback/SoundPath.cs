// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;

namespace Earshot.Cli.Loopback;

/// <summary>As much of a call as a sound test sends its sound through: samples in at <see cref="IVoice.Capture"/>, out at <see cref="IVoice.Play"/>.</summary>
internal abstract class SoundPath : IVoice, IDisposable
{
    /// <summary>Makes the path of this name: <c>devices</c>, <c>codec</c>, <c>srtp</c> or <c>network</c>.</summary>
    public static SoundPath Create(string name) => name switch
    {
        "codec" => new CodecPath(encrypted: false),
        "srtp" => new CodecPath(encrypted: true),
        "network" => new NetworkPath(),
        _ => new DirectPath(),
    };

    /// <inheritdoc/>
    public abstract void Capture(ReadOnlySpan<short> block, long capturedAt);

    /// <inheritdoc/>
    public abstract void Play(Span<short> block, long playsAt);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Nothing but a ring.</summary>
    private sealed class DirectPath : SoundPath
    {
        private readonly PassThroughVoice _ring = new();

        public override void Capture(ReadOnlySpan<short> block, long capturedAt) => _ring.Capture(block, capturedAt);

        public override void Play(Span<short> block, long playsAt) => _ring.Play(block, playsAt);
    }
}
