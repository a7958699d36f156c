// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport;

/// <summary>Where a call's packets leave; a socket in a phone, a list in a test, a link in the lab.</summary>
/// <remarks>Thread: the call's worker. Real-time.</remarks>
internal interface IDatagramSender
{
    /// <summary>Sends one datagram.</summary>
    /// <returns>False when it was refused; never throws.</returns>
    bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to);
}
