// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Sees every message that is sent or received, for captures and traces.</summary>
/// <remarks>Thread: the signalling loop. The bytes are valid during the call only.</remarks>
internal interface ISignalingTap
{
    /// <summary>A message is about to leave.</summary>
    void Sent(Instant now, SipFlow flow, ReadOnlySpan<byte> message);

    /// <summary>A message has come.</summary>
    void Received(Instant now, SipFlow flow, ReadOnlySpan<byte> message);
}
