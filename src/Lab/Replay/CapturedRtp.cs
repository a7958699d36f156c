// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;

namespace Earshot.Lab.Replay;

/// <summary>An RTP packet out of a capture.</summary>
/// <param name="At">When it was captured, since the file's first packet.</param>
/// <param name="Bytes">Of the datagram.</param>
internal readonly record struct CapturedRtp(Instant At, byte[] Bytes);

/// <summary>One RTP stream of a capture.</summary>
/// <param name="From">Its sender.</param>
/// <param name="To">Where it went.</param>
/// <param name="Ssrc">Its source.</param>
/// <param name="Packets">In the order of capture.</param>
internal sealed record RtpStream(IPEndPoint From, IPEndPoint To, uint Ssrc, IReadOnlyList<CapturedRtp> Packets)
{
    /// <summary>From its first packet to its last.</summary>
    public TimeSpan Length => Packets[^1].At - Packets[0].At;
}
