// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;

namespace Earshot.Media.Transport;

/// <summary>Shows the packet capture what leaves, then sends it.</summary>
/// <remarks>Thread: worker. Real-time.</remarks>
internal sealed class CapturedSender(IDatagramSender sender, PeerAddress local, PacketCapture capture) : IDatagramSender
{
    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        capture.Push(MonotonicClock.Now, in local, in to, datagram);
        return sender.Send(datagram, in to);
    }
}
