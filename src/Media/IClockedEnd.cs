// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>An end without a sound card, driven by the call's worker on the monotonic clock.</summary>
/// <remarks>Thread: the call's worker. Real-time.</remarks>
internal interface IClockedEnd
{
    /// <summary>When the next block is due.</summary>
    Instant PollTimeout();

    /// <summary>Plays and captures what is due.</summary>
    void HandleTimeout(Instant now);
}
