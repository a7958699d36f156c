// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Send;
using Earshot.Protocol.Rtp;

namespace Earshot.Lab.Replay;

/// <summary>What the payload types of a stream mean, found in the packets themselves: no signalling names them.</summary>
/// <param name="PayloadType">Of the sound.</param>
/// <param name="Codec">Of the sound.</param>
/// <param name="RedundancyPayloadType">Of redundant audio around it (RFC 2198); −1 when there is none.</param>
/// <param name="KeyPayloadType">Of keys between it (telephone-event, RFC 4733); −1 when there are none.</param>
internal sealed record StreamFormat(byte PayloadType, AudioCodec Codec, int RedundancyPayloadType, int KeyPayloadType)
{
    private const byte FirstDynamic = 96;
    private const int Enough = 20;

    /// <summary>Looks at a stream. Its most frequent type is sound: keys and comfort noise have others.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="dynamicCodec">What a payload type from 96 on means.</param>
    /// <exception cref="PcapException">It cannot be played.</exception>
    public static StreamFormat Of(RtpStream stream, AudioCodec dynamicCodec)
    {
        var types = stream.Packets.CountBy(p => (byte)(p.Bytes[1] & 0x7f)).OrderByDescending(count => count.Value).ThenBy(count => count.Key)
            .Select(count => count.Key).ToArray();
        var keys = types.Where(type => AreKeys(stream, type)).Select(type => (int)type).FirstOrDefault(-1);
        var sound = types.Where(type => type != keys).ToArray();
        if (sound.Length == 0) throw new PcapException("its largest stream holds keys (telephone-event) and no sound");
        var most = sound[0];
        if (PrimaryOf(stream, most) is { } primary) return new(primary, dynamicCodec, most, keys);
        var known = CodecCatalogue.All.FirstOrDefault(c => c.StaticPayloadType == most);
        if (known is null && most < FirstDynamic)
            throw new PcapException($"its largest stream is of payload type {most}, which is not read here (0, 8, 9 and 96 to 127 are)");
        var codec = known ?? dynamicCodec;
        if (IsEncrypted(PayloadsOf(stream, most), codec))
            throw new PcapException("its largest stream is encrypted (SRTP), and the keys are not in it");
        var redundancy = sound.Where(type => PrimaryOf(stream, type) == most).Select(type => (int)type).FirstOrDefault(-1);
        return new(most, codec, redundancy, keys);
    }

    // Four bytes: one of the sixteen keys, a bit that is always clear, a duration. Sound is longer, at least in some packets.
    private static bool AreKeys(RtpStream stream, byte type) => type >= FirstDynamic && PayloadsOf(stream, type).All(payload =>
        payload.Length == TelephoneEvent.Size && TelephoneEvent.TryParse(payload.Span, out var key) && DtmfSender.KeyOf(key.Event) != '\0'
        && (payload.Span[1] & 0x40) == 0);

    // Only what repeats its own primary, in whole frames, nearly always, is redundant audio: the first byte alone may be an opus packet's, too.
    private static byte? PrimaryOf(RtpStream stream, byte type)
    {
        if (type < FirstDynamic) return null;
        var (primaries, copies, packets) = (new int[128], 0, 0);
        foreach (var payload in PayloadsOf(stream, type))
        {
            packets++;
            if (Redundancy.TryParse(payload.Span, out var redundancy) != RedundancyOutcome.Read || !RepeatsItself(redundancy)) continue;
            primaries[redundancy.PrimaryPayloadType]++;
            copies += redundancy.Copies;
        }

        var primary = (byte)Array.IndexOf(primaries, primaries.Max());
        return copies > 0 && primary >= FirstDynamic && primary != type && primaries[primary] >= packets * 0.95 ? primary : null;
    }

    private static bool RepeatsItself(in Redundancy redundancy)
    {
        for (var i = 0; i < redundancy.Copies; i++)
        {
            var copy = redundancy.Copy(i);
            if (copy.PayloadType != redundancy.PrimaryPayloadType || copy.Offset == 0 || copy.Offset % 120 != 0) return false;
        }

        return OpusPacket.Samples(redundancy.Primary) > 0;
    }

    // A talker's opus packets begin with a few bytes in turn, encrypted ones with any; G.711 and G.722 fill whole units of 5 ms, behind which
    // an authentication tag stands out: 4, 10 or 16 bytes (RFC 3711, RFC 7714).
    private static bool IsEncrypted(IEnumerable<ReadOnlyMemory<byte>> payloads, AudioCodec codec)
    {
        var all = payloads.Where(p => !p.IsEmpty).ToArray();
        if (all.Length < Enough) return false;
        if (codec.Name.Equals("opus", StringComparison.OrdinalIgnoreCase))
            return all.CountBy(p => p.Span[0]).Max(count => count.Value) < all.Length / 5;
        var beyond = all[0].Length % 40;
        return beyond is 4 or 10 or 16 && all.All(p => p.Length % 40 == beyond);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> PayloadsOf(RtpStream stream, byte type)
    {
        foreach (var packet in stream.Packets)
        {
            if ((packet.Bytes[1] & 0x7f) == type && RtpPacket.TryParse(packet.Bytes, out var parsed))
                yield return parsed.Payload.ToArray();
        }
    }
}
