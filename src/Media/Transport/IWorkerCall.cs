// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>A call as its worker sees it: told the time and handed datagrams, it never waits and never asks.</summary>
/// <remarks>Thread: the worker that owns the call. Real-time.</remarks>
internal interface IWorkerCall
{
    /// <summary>Where its datagrams come in; no more than <see cref="MediaWorker.MostPorts"/>. What comes or goes while the worker has it, it is told; null where one went.</summary>
    IReadOnlyList<UdpPort?> Ports { get; }

    /// <summary>One datagram.</summary>
    /// <param name="now">Now.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="port">At which of <see cref="Ports"/>.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">Its bytes; decrypted in place.</param>
    void HandleDatagram(Instant now, Instant arrival, int port, in PeerAddress from, Span<byte> datagram);

    /// <summary>The capture thread has pushed a frame.</summary>
    void HandleCapture(Instant now);

    /// <summary>Does what is due.</summary>
    void HandleTimeout(Instant now);

    /// <summary>One of the calls above threw: the worker has let this call go and will call nothing of it any more.</summary>
    void HandleFailure(Instant now);

    /// <summary>When something is due next.</summary>
    Instant PollTimeout();
}
