// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Sees every message that is sent or received, for captures and traces.</summary>
/// <remarks>Thread: the signalling loop. The bytes are valid during the call only.</remarks>
internal interface ISignalingTap
{
    /// <summary>A message is about to leave.</summary>
    /// <param name="at">This moment; not when the turn of the loop began.</param>
    /// <param name="flow">What carries it.</param>
    /// <param name="message">Its bytes.</param>
    void Sent(Instant at, SipFlow flow, ReadOnlySpan<byte> message);

    /// <summary>A message has come.</summary>
    /// <param name="at">When it was read from its socket; it may have waited for the loop since.</param>
    /// <param name="flow">What carried it.</param>
    /// <param name="message">Its bytes.</param>
    void Received(Instant at, SipFlow flow, ReadOnlySpan<byte> message);
}
