// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Playout;

/// <summary>Decoded samples that wait to be played, with the last 60 ms that were, in one contiguous span.</summary>
/// <remarks>
/// <code>
///   |······ played (history) ······|==== waiting ====|      free      |
///                                  ^ front           ^ end
/// </code>
/// Each run of waiting samples remembers what it is and when it came. Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class SampleQueue
{
    /// <summary>Played samples that are kept: two of the longest pitch periods (15 ms) and what is compared with them.</summary>
    public const int HistoryLength = 2880;

    private const int Capacity = 24576;
    private const int RunCapacity = 256;

    private readonly short[] _samples = new short[Capacity];
    private readonly Run[] _runs = new Run[RunCapacity];
    private int _front = HistoryLength;
    private int _end = HistoryLength;
    private int _firstRun;
    private int _runCount;

    /// <summary>Consecutive samples of one origin.</summary>
    public record struct Run(int Length, PlayedKind Kind, Instant Arrival);

    /// <summary>Samples that wait.</summary>
    public int Count => _end - _front;

    /// <summary>What has been played, oldest first.</summary>
    public ReadOnlySpan<short> History => _samples.AsSpan(_front - HistoryLength, HistoryLength);

    /// <summary>History and what waits, to continue from.</summary>
    public ReadOnlySpan<short> Past => _samples.AsSpan(_front - HistoryLength, HistoryLength + Count);

    /// <summary>The last samples played and all that wait.</summary>
    public ReadOnlySpan<short> From(int before) => _samples.AsSpan(_front - before, before + Count);

    /// <summary>What waits.</summary>
    public Span<short> Waiting => _samples.AsSpan(_front, Count);

    /// <summary>Room behind the end, at least so long; <see cref="Commit"/> makes it waiting samples.</summary>
    public Span<short> Reserve(int length)
    {
        if (_end + length > Capacity)
            Compact();
        return _samples.AsSpan(_end, length);
    }

    /// <summary>Appends what was written to <see cref="Reserve"/>'s span.</summary>
    public void Commit(int length, PlayedKind kind, Instant arrival)
    {
        _end += length;
        if (_runCount == RunCapacity)
            _runs[(_firstRun + _runCount - 1) % RunCapacity].Length += length;
        else
            _runs[(_firstRun + _runCount++) % RunCapacity] = new Run(length, kind, arrival);
    }

    /// <summary>Takes the samples from <paramref name="at"/> on out of the waiting ones.</summary>
    public void Remove(int at, int length)
    {
        Waiting[(at + length)..].CopyTo(Waiting[at..]);
        _end -= length;
        ShortenRuns(length);
        MarkFirst(PlayedKind.Accelerated);
    }

    /// <summary>Puts samples in before <paramref name="at"/>.</summary>
    public void Insert(int at, ReadOnlySpan<short> samples)
    {
        Reserve(samples.Length);
        int tail = Count - at;
        _samples.AsSpan(_front + at, tail).CopyTo(_samples.AsSpan(_front + at + samples.Length));
        samples.CopyTo(_samples.AsSpan(_front + at));
        _end += samples.Length;
        if (_runCount == 0)
            _runs[(_firstRun + _runCount++) % RunCapacity] = new Run(0, PlayedKind.Normal, Instant.Never);
        _runs[_firstRun].Length += samples.Length;
        MarkFirst(PlayedKind.Decelerated);
    }

    /// <summary>Takes the last waiting samples back.</summary>
    public void DropLast(int length)
    {
        _end -= length;
        while (length > 0 && _runCount > 0)
        {
            ref Run last = ref _runs[(_firstRun + _runCount - 1) % RunCapacity];
            int cut = Math.Min(length, last.Length);
            last.Length -= cut;
            length -= cut;
            _runCount -= last.Length == 0 ? 1 : 0;
        }
    }

    /// <summary>The oldest waiting run, and forgets up to <paramref name="most"/> samples of it as played.</summary>
    public Run TakeRun(int most)
    {
        ref Run first = ref _runs[_firstRun];
        var taken = first with { Length = Math.Min(first.Length, most) };
        first.Length -= taken.Length;
        _front += taken.Length;
        if (first.Length == 0)
            DropFirstRun();
        return taken;
    }

    private void ShortenRuns(int by)
    {
        while (by > 0 && _runCount > 0)
        {
            ref Run first = ref _runs[_firstRun];
            int cut = Math.Min(by, first.Length);
            first.Length -= cut;
            by -= cut;
            if (first.Length == 0)
                DropFirstRun();
        }
    }

    private void MarkFirst(PlayedKind kind)
    {
        if (_runCount > 0 && _runs[_firstRun].Kind is PlayedKind.Normal)
            _runs[_firstRun].Kind = kind;
    }

    private void DropFirstRun()
    {
        _firstRun = (_firstRun + 1) % RunCapacity;
        _runCount--;
    }

    private void Compact()
    {
        _samples.AsSpan(_front - HistoryLength, HistoryLength + Count).CopyTo(_samples);
        _end = HistoryLength + Count;
        _front = HistoryLength;
    }
}
