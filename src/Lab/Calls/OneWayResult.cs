// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;

namespace Earshot.Lab.Calls;

/// <summary>What came of one direction of a call.</summary>
internal sealed record OneWayResult
{
    private const float SettledMs = 2000;

    /// <summary>The link's own log.</summary>
    public required LinkCounters Link { get; init; }

    /// <summary>The codec's name, lower case.</summary>
    public required string Codec { get; init; }

    /// <summary>RTP packets that the sender counted.</summary>
    public required long PacketsSent { get; init; }

    /// <summary>Their payload bits a second.</summary>
    public required double PayloadBitrate { get; init; }

    /// <summary>RTP packets that the receiver authenticated and counted.</summary>
    public required long PacketsReceived { get; init; }

    /// <summary>Packets of another source than the one that was heard: a new one counts with its second packet.</summary>
    public required long StrangerPackets { get; init; }

    /// <summary>Packets that never came, by the receiver's RTCP (RFC 3550 §6.4.1).</summary>
    public required long PacketsLost { get; init; }

    /// <summary>Packets that were refused: replayed (second copies) or not authentic.</summary>
    public required long SecurityRefusals { get; init; }

    /// <summary>Interarrival jitter at the end, seconds (RFC 3550 §6.4.1).</summary>
    public required double Jitter { get; init; }

    /// <summary>Loss as the sender was told last by RTCP, 0 to 1; null before the first report.</summary>
    public required double? RemoteFractionLost { get; init; }

    /// <summary>Round trip as the sender knows it by RTCP, seconds; null before the first report.</summary>
    public required double? RoundTripTime { get; init; }

    /// <summary>The playout's counters as of the last block.</summary>
    public required PlayoutSnapshot Playout { get; init; }

    /// <summary>From the sending of a packet to the playing of its sound.</summary>
    public required DelayFigures Delay { get; init; }

    /// <summary>From mouth to ear: framing, codec, link and playout; no sound cards.</summary>
    public required DelayFigures MouthToEar { get; init; }

    /// <summary>The buffer's target delay.</summary>
    public required DelayFigures Target { get; init; }

    /// <summary>How it would be judged.</summary>
    public LabScores Scores { get; init; } = new(default, null, null);

    /// <summary>When the packets were sent that never came.</summary>
    public required IReadOnlyList<double> LostMs { get; init; }

    /// <summary>Every block.</summary>
    public required LabTrack Track { get; init; }

    /// <summary>Share of played samples that were made up, 0 to 1.</summary>
    public double ConcealedShare => Share(Playout.ConcealedSamples);

    /// <summary>Share of played samples that stretching put in or took out, 0 to 1.</summary>
    public double StretchedShare => Share(Playout.InsertedSamplesForDeceleration + Playout.RemovedSamplesForAcceleration);

    /// <summary>Share of the received packets that came too late to be played, 0 to 1.</summary>
    public double LateShare => PacketsReceived == 0 ? 0 : (double)Playout.PacketsDiscarded / PacketsReceived;

    /// <summary>From the least to the largest delay once the call has settled; NaN when nothing came.</summary>
    public double DelaySpanMs
    {
        get
        {
            var settled = Track.Pulls.Where(p => p.AtMs > SettledMs && !float.IsNaN(p.DelayMs)).Select(p => (double)p.DelayMs).DefaultIfEmpty(double.NaN);
            return settled.Max() - settled.Min();
        }
    }

    private double Share(long samples) => Playout.TotalSamplesReceived == 0 ? 0 : (double)samples / Playout.TotalSamplesReceived;
}
