// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>Lets one worker sleep until a datagram, a wake-up or a time: the only place where a worker waits.</summary>
/// <remarks>Thread: the worker, but <see cref="Wake"/>: any, real-time, at most one short system call.</remarks>
internal interface ISocketWaiter : IDisposable
{
    /// <summary>Begins to watch a port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="token">Comes back from <see cref="Wait"/> when a datagram waits.</param>
    void Add(UdpPort port, int token);

    /// <summary>Ends watching a port; before it is closed.</summary>
    void Remove(UdpPort port);

    /// <summary>Sleeps.</summary>
    /// <param name="now">Now.</param>
    /// <param name="until">Returns by then even when nothing happens.</param>
    /// <param name="ready">Receives the tokens of ports with datagrams.</param>
    /// <returns>How many tokens.</returns>
    int Wait(Instant now, Instant until, Span<int> ready);

    /// <summary>Ends the present or the next <see cref="Wait"/>. Several before the worker runs cost one system call.</summary>
    void Wake();
}
