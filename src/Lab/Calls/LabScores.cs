// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Lab.Scoring;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Lab.Calls;

/// <summary>What plain Opus makes of the same voice and losses.</summary>
/// <param name="Concealed">With its own concealment only.</param>
/// <param name="Fec">With in-band FEC for exactly this loss, too.</param>
internal sealed record PlainScores(SpeechScore Concealed, SpeechScore Fec);

/// <summary>How what was heard would be judged.</summary>
/// <param name="Rating">By the E-model, with its inputs.</param>
/// <param name="Speech">Delay, gaps, STOI and ESTOI as they are in the sound itself; null when that was not asked for.</param>
/// <param name="Plain">The same voice and losses through plain Opus; null when that was not asked for.</param>
internal sealed record LabScores(EModelRating Rating, SpeechScore? Speech, PlainScores? Plain)
{
    /// <summary>The E-model's judgement: what was made up for what was lost counts, as in a live call, and the link says how much of it came together.</summary>
    public static EModelRating Rate(OneWayResult way, LinkLog log)
    {
        var lost = log.Records.Where(r => r.Kind == PacketKind.Rtp).Select(r => r.Fate != PacketFate.Delivered).ToArray();
        return EModel.Rate(new EModelInputs
        {
            // Nothing came: nobody waits so long.
            DelayMs = double.IsNaN(way.MouthToEar.MedianMs) ? 1000 : way.MouthToEar.MedianMs,
            LossPercent = 100 * way.Playout.LossPlayed,
            BurstRatio = EModelBurstRatio.Of(lost),
            Codec = EModelCodec.Of(way.Codec),
        });
    }

    /// <summary>Listens to one way of a call.</summary>
    /// <param name="said">The voice.</param>
    /// <param name="saidBy">The end that speaks.</param>
    /// <param name="heardBy">The end that hears.</param>
    /// <param name="duration">Of the call.</param>
    public static SpeechScore Listen(LabVoice said, LabEnd saidBy, LabEnd heardBy, TimeSpan duration)
    {
        var drift = heardBy.Clock.Ppm - saidBy.Clock.Ppm;
        return SpeechScore.Of(said.Take(duration), heardBy.Heard.Span, new(heardBy.HeardFrom.TotalMilliseconds, drift));
    }
}
