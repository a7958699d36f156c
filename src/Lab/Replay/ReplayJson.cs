// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;

namespace Earshot.Lab.Replay;

/// <summary>A replay as JSON: the same bytes for the same capture.</summary>
internal static class ReplayJson
{
    /// <summary>All of it.</summary>
    public static byte[] Of(ReplayResult result) => LabJsonFields.Write(w =>
    {
        w.WriteString("from", result.Stream.From.ToString());
        w.WriteString("to", result.Stream.To.ToString());
        w.WriteNumber("ssrc", result.Stream.Ssrc);
        w.WriteNumber("otherStreams", result.OtherStreams);
        w.WriteNumber("durationSeconds", Math.Round(result.Stream.Length.TotalSeconds, 3));
        w.WriteString("codec", result.Codec);
        w.WriteNumber("payloadType", result.PayloadType);
        LabJsonFields.Number(w, "redundancyPayloadType", result.RedundancyPayloadType < 0 ? null : result.RedundancyPayloadType, 0);
        LabJsonFields.Number(w, "keyPayloadType", result.KeyPayloadType < 0 ? null : result.KeyPayloadType, 0);
        w.WriteString("digits", result.Digits);
        w.WriteNumber("cutPackets", result.CutPackets);
        w.WriteBoolean("endsEarly", result.EndsEarly);
        LabJsonFields.Delay(w, "delayMs", result.Delay);
        LabJsonFields.Delay(w, "targetMs", result.Target);
        LabJsonFields.Number(w, "concealedShare", result.ConcealedShare, 6);
        w.WriteStartObject("statistics");
        w.WriteNumber("packetsReceived", result.Stream.Packets.Count);
        w.WriteNumber("packetsLost", result.PacketsLost);
        w.WriteNumber("packetsDiscarded", result.Playout.PacketsDiscarded);
        LabJsonFields.Number(w, "jitter", result.Jitter, 6);
        LabJsonFields.Playout(w, result.Playout);
        w.WriteEndObject();
        LabJsonFields.Track(w, result.Track);
    });
}
