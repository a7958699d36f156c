// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>How what was heard compares with what was said, all measures over one alignment.</summary>
/// <param name="Delay">Mouth to ear over time.</param>
/// <param name="Gaps">Holes.</param>
/// <param name="Stoi">See <see cref="Scoring.Stoi"/>.</param>
/// <param name="Estoi">See <see cref="Scoring.Estoi"/>.</param>
internal sealed record SpeechScore(DelayTrack Delay, GapReport Gaps, double Stoi, double Estoi)
{
    /// <summary>Scores one direction of a call; 48 kHz mono.</summary>
    /// <param name="sent48k">What was said, from the begin of the call on.</param>
    /// <param name="heard48k">What was heard.</param>
    /// <param name="clock">When it was heard; default is from the begin of the call on.</param>
    public static SpeechScore Of(ReadOnlySpan<short> sent48k, ReadOnlySpan<short> heard48k, HeardClock clock = default)
    {
        var (sent, heard) = (NarrowBand.Of(sent48k), NarrowBand.Of(heard48k));
        var track = new DelayTracker(sent, heard, clock).Track();
        var aligned = AlignedSpeech.Of(sent, heard.Length, track, clock);
        var bands = SpeechBands.Of(aligned, heard);
        return new(track, GapMeter.Measure(aligned, heard, clock), Scoring.Stoi.Score(bands), Scoring.Estoi.Score(bands));
    }
}
