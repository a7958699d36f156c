// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>One m= line and what belongs to it (RFC 8866 §5.14).</summary>
internal sealed class MediaDescription : SdpSection;
