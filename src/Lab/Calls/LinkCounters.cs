// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>What a link did with a call's RTP packets, by its own log.</summary>
/// <param name="Sent">Given to it.</param>
/// <param name="Lost">Lost by chance.</param>
/// <param name="SentInOutage">Sent while there was no connection.</param>
/// <param name="QueueFull">Dropped before the bottleneck.</param>
/// <param name="Arrived">Arrived by the end of the call, second copies not counted.</param>
/// <param name="Copies">Second copies that arrived by then.</param>
/// <param name="OnTheWay">Still flying at the end.</param>
internal sealed record LinkCounters(long Sent, long Lost, long SentInOutage, long QueueFull, long Arrived, long Copies, long OnTheWay)
{
    /// <summary>Share of the packets that never arrive, 0 to 1.</summary>
    public double LossShare => Sent == 0 ? 0 : (double)(Lost + SentInOutage + QueueFull) / Sent;

    /// <summary>Reads a log at the end of a call.</summary>
    public static LinkCounters Of(LinkLog log, Instant end)
    {
        long lost = log.Count(PacketFate.Lost), outage = log.Count(PacketFate.SentInOutage), full = log.Count(PacketFate.QueueFull);
        long delivered = log.Count(PacketFate.Delivered), arrived = log.Arrived(end);
        return new(delivered + lost + outage + full, lost, outage, full, arrived, log.CopiesArrived(end), delivered - arrived);
    }
}
