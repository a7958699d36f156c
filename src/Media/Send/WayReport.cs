// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>What one report says about the way to the peer.</summary>
/// <param name="Loss">Since the report before, 0 to 1.</param>
/// <param name="Packets">Packets that <paramref name="Loss"/> counts.</param>
/// <param name="RoundTripMs">Round trip; null when unknown.</param>
/// <param name="JitterMs">Interarrival jitter at the peer.</param>
internal readonly record struct WayReport(double Loss, uint Packets, double? RoundTripMs, double JitterMs)
{
    /// <summary>How long the packet behind the highest received is on the way, milliseconds; 0 when nothing is, or it is not asked.</summary>
    public double FlightMs { get; init; }

    /// <summary>Since the first packet was sent, milliseconds.</summary>
    public double SinceFirstMs { get; init; }
}
