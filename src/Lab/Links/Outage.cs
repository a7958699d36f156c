// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>For a while nothing gets through.</summary>
/// <param name="At">From here, since virtual time began.</param>
/// <param name="Length">So long.</param>
internal sealed record Outage(TimeSpan At, TimeSpan Length)
{
    /// <summary>True for a packet that is sent in the middle of it.</summary>
    public bool Swallows(Instant sent) => sent >= Instant.Zero + At && sent < Instant.Zero + At + Length;
}
