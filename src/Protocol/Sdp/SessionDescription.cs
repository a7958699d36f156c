// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>A session description (RFC 8866): its own lines and its media descriptions.</summary>
internal sealed class SessionDescription : SdpSection
{
    /// <summary>The media descriptions in order.</summary>
    public IReadOnlyList<MediaDescription> Media => throw new NotImplementedException();
}
