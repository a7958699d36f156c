// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Who answers a receiver's reference time (RFC 3611 §5.1, rcvr-rtt-mode).</summary>
internal enum ReferenceAnswers
{
    /// <summary>Everybody.</summary>
    OfAll,

    /// <summary>Who sends sound.</summary>
    OfSenders,

    /// <summary>Nobody: no answer is as small as the peer wishes.</summary>
    None,
}
