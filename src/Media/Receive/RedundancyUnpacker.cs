// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Playout;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Receive;

/// <summary>Takes packets of redundant audio (RFC 2198) apart: the primary, then its copies under the numbers of the packets they repeat.</summary>
/// <remarks>
/// <code>
///   seq 7, t 6720: | copy −1920 | copy −960 | primary |  ─►  7 at 6720;  5 at 4800 and 6 at 5760 as copies
/// </code>
/// A copy has no sequence number of its own: it is the packet's less offset / duration, and what does not divide is left out. So are
/// the copies of a packet with the marker: between it and them lies a pause of unknown numbers. Copies never crowd packets out: they
/// take no more than half of the ring.
/// Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class RedundancyUnpacker(SlotRing<ReceivedPacket> toPlayback)
{
    /// <summary>Packets that playback left no room for; copies are not counted.</summary>
    public long Overruns { get; private set; }

    /// <summary>Hands a packet of one frame over.</summary>
    public void HandOver(in RtpPacket packet, Instant arrival)
    {
        if (!TryPush(Plain(in packet, packet.PayloadType, packet.Payload), arrival))
            Overruns++;
    }

    /// <summary>Tells of a key in the place of sound, or of nothing at all: its number came. Nothing is lost when there is no room for that.</summary>
    public void HandOverKey(in RtpPacket packet, Instant arrival) =>
        TryPush(new PlayoutPacket(packet.Ssrc, packet.PayloadType, packet.Sequence, packet.Timestamp, packet.Marker, default) { IsKey = true }, arrival);

    /// <summary>Hands a packet of redundant audio over in parts.</summary>
    /// <returns>False when its lengths lie, or its primary is nothing agreed.</returns>
    public bool TryUnpack(in RtpPacket packet, ReceivePlan plan, Instant arrival)
    {
        if (Redundancy.TryParse(packet.Payload, out var redundancy) != RedundancyOutcome.Read || !plan.IsPlain(redundancy.PrimaryPayloadType))
            return false;
        if (redundancy.Primary.IsEmpty)
            HandOverKey(in packet, arrival);
        else if (!TryPush(Plain(in packet, redundancy.PrimaryPayloadType, redundancy.Primary), arrival))
            Overruns++;
        for (int i = 0; i < redundancy.Copies && !packet.Marker; i++)
        {
            var copy = redundancy.Copy(i);
            if (copy.PayloadType == redundancy.PrimaryPayloadType)
                HandOverCopy(in packet, in copy, arrival);
        }

        return true;
    }

    private void HandOverCopy(in RtpPacket packet, in RedundantBlock copy, Instant arrival)
    {
        // Redundancy is agreed around opus alone, whose packets say how long they are.
        int duration = OpusPacket.Samples(copy.Payload);
        if (toPlayback.Count > toPlayback.Capacity / 2 || duration <= 0 || copy.Offset == 0 || copy.Offset % duration != 0)
            return;
        ushort sequence = (ushort)(packet.Sequence - (copy.Offset / duration));
        TryPush(
            new PlayoutPacket(packet.Ssrc, copy.PayloadType, sequence, packet.Timestamp - (uint)copy.Offset, false, copy.Payload, isRedundant: true), arrival);
    }

    private static PlayoutPacket Plain(in RtpPacket packet, byte payloadType, ReadOnlySpan<byte> payload) =>
        new(packet.Ssrc, payloadType, packet.Sequence, packet.Timestamp, packet.Marker, payload);

    private bool TryPush(in PlayoutPacket packet, Instant arrival)
    {
        if (!toPlayback.TryBeginWrite(out var slot))
            return false;
        slot.Fill(in packet, arrival);
        toPlayback.CommitWrite();
        return true;
    }
}
