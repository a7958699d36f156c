// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Lines that belong together: those of the session or those of one medium.</summary>
internal abstract class SdpSection
{
    /// <summary>The value of the first attribute of that name, empty for a bare one.</summary>
    public bool TryGetAttribute(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
}
