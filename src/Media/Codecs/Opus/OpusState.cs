// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Media.Codecs.Opus;

/// <summary>An encoder of libopus, freed once: on Dispose, after the call that is inside it, or when it was forgotten.</summary>
/// <remarks>A call through the handle counts it up and down: some nanoseconds of an encode's hundred microseconds.</remarks>
internal sealed class OpusEncoderState() : SafeHandle(0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpusNative.DestroyEncoder(handle);
        return true;
    }
}

/// <summary>A decoder of libopus, freed like <see cref="OpusEncoderState"/>.</summary>
internal sealed class OpusDecoderState() : SafeHandle(0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpusNative.DestroyDecoder(handle);
        return true;
    }
}
