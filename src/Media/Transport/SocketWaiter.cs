// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport;

/// <summary>Picks the way to wait that this system has.</summary>
internal static class SocketWaiter
{
    /// <summary>The best waiter here.</summary>
    /// <param name="portable">Take the portable one all the same.</param>
    public static ISocketWaiter Create(bool portable) =>
        LinuxSystemCalls.Available && !portable ? new EpollWaiter() : new SelectWaiter();
}
