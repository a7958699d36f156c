// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Lab.Scoring;
using Earshot.Media.Codecs.Opus;
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>What every call is compared with: libopus alone over the same losses, with its own concealment and, told the loss beforehand, in-band FEC.</summary>
/// <remarks>
/// Same voice, bit rate, complexity and packet time. It knows no time: packets that are late for a jitter buffer are not late here, and FEC always has
/// the next packet to look into. So its delay is one packet more than without FEC, and no figure of it.
/// </remarks>
internal static class PlainOpus
{
    private const int LongestPayload = 1275;

    /// <summary>Encodes, loses what the link lost, decodes, listens.</summary>
    /// <param name="said">The voice.</param>
    /// <param name="scenario">Bit rate, complexity, packet time, duration.</param>
    /// <param name="log">The link's.</param>
    /// <param name="fec">With in-band FEC; else every loss is concealed.</param>
    public static SpeechScore Score(LabVoice said, LabScenario scenario, LinkLog log, bool fec)
    {
        bool[] lost = [.. log.Records.Where(r => r.Kind == PacketKind.Rtp).Select(r => r.Fate != PacketFate.Delivered)];
        var frame = (int)(scenario.Media.PacketTime.TotalMilliseconds * 48);
        var sent = said.Take(scenario.Duration);
        var heard = new short[lost.Length * frame];
        var payloads = Encode(sent, lost, frame, scenario, fec);
        using var decoder = new OpusDecoder();
        for (var i = 0; i < lost.Length; i++)
        {
            var pcm = heard.AsSpan(i * frame, frame);
            if (!lost[i]) decoder.Decode(payloads[i], pcm);
            else if (i + 1 == lost.Length || lost[i + 1] || decoder.DecodeFec(payloads[i + 1], pcm) <= 0) decoder.Conceal(pcm);
        }

        return SpeechScore.Of(sent, heard);
    }

    private static byte[][] Encode(short[] sent, bool[] lost, int frame, LabScenario scenario, bool fec)
    {
        using var encoder = new OpusEncoder(new()
        {
            Bitrate = scenario.Media.Bitrate,
            Complexity = scenario.Media.Complexity,
            InbandFec = fec,
            PacketLossPercent = lost.Length == 0 || !fec ? 0 : 100 * lost.Count(l => l) / lost.Length,
        });
        var payloads = new byte[lost.Length][];
        var payload = new byte[LongestPayload];
        for (var i = 0; i < lost.Length; i++)
        {
            var pcm = sent.AsSpan(Math.Min(i * frame, sent.Length));
            payloads[i] = pcm.Length < frame ? [] : payload[..Math.Max(0, encoder.Encode(pcm[..frame], payload))];
        }

        return payloads;
    }
}
