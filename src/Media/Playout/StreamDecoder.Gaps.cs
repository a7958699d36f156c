// SPDX-License-Identifier: MIT
using static Earshot.Media.Playout.PlayoutStatistics;

namespace Earshot.Media.Playout;

/// <content>Where there is nothing to decode: pauses, starving, gaps and what fills them.</content>
internal sealed partial class StreamDecoder
{
    /// <summary>No number is missing, only time: the sender had nothing to say (RFC 7587 §3.1.3). Or it sent keys in the place of sound (RFC 4733), of which some may be lost.</summary>
    private bool IsPause(in PacketBuffer.Slot next) => IsSilence(next) || packets.HoldsKeyBetween(_lastSequence, next.Sequence);

    private bool IsSilence(in PacketBuffer.Slot next) => next.Sequence == _lastSequence + 1;

    /// <summary>A discontinuous sender goes on with the noise of its room; behind a key comes speech.</summary>
    private void NotePause(in PacketBuffer.Slot next)
    {
        if (IsSilence(next))
            _afterPause = _pauses = true;
    }

    /// <summary>What was concealed while nothing came has turned out to be a pause and no loss.</summary>
    private void TakeBack(in PacketBuffer.Slot next)
    {
        NotePause(next);
        if (_counted == 0)
            return;
        statistics.Add(Counter.Concealed, -_counted);
        statistics.Add(Counter.SilentConcealed, -_countedSilent);
        statistics.Add(Counter.Lost, -_counted);
        statistics.Add(Counter.ConcealmentEvents, -1);
        _counted = _countedSilent = 0;
    }

    private void Starve(int wanted)
    {
        if (!Starving)
            (_starvedFrom, _counted, _countedSilent) = (End, 0, 0);
        Starving = true;
        // A codec makes a packet up better at once than in pieces (each is a loss of its own to it). What is not heard when the packet comes is taken back.
        bool whole = _decoder is { HasConcealment: true } && !_discontinuous && PacketLength <= LongestWhole;
        Conceal(Math.Max(RoundUp(wanted), whole ? PacketLength : 0), _discontinuous);
        bool mayBePause = _counted <= GiveUpGap;
        Undecide(mayBePause ? _counted : 0, mayBePause ? _countedSilent : 0);
    }

    /// <summary>In a pause Opus still sends something every 400 ms; what lasts longer than half a second counts, and is not taken back from what readers see.</summary>
    private void Undecide(int samples, int silent)
    {
        statistics.Undecided(Counter.Concealed, samples);
        statistics.Undecided(Counter.SilentConcealed, silent);
        statistics.Undecided(Counter.ConcealmentEvents, samples > 0 ? 1 : 0);
    }

    private void Bridge(in PacketBuffer.Slot next, int wanted)
    {
        int gap = (int)(next.Position - End);
        bool pause = IsPause(next);
        if (pause)
            NotePause(next);
        if (pause || _discontinuous)
            Conceal(Math.Min(gap, RoundUp(wanted)), true);
        else if (gap > next.Duration)
            Conceal(Math.Min(gap - next.Duration, RoundUp(wanted)), false);
        else if (!Restore(next, gap))
            Mend(next, gap, wanted);
    }

    /// <summary>Makes the whole gap up and lets <see cref="Accept"/> join it to the packet after it, before any of it is played.</summary>
    private void Mend(in PacketBuffer.Slot next, int gap, int wanted)
    {
        if (gap > Merge.Longest)
        {
            Conceal(Math.Min(gap, RoundUp(wanted)), false);
            return;
        }

        Conceal(gap, false);
        Decode(next);
    }

    /// <summary>The end of the gap from the copy that the next packet carries.</summary>
    private bool Restore(in PacketBuffer.Slot next, int gap)
    {
        if (_fecTried == next.Sequence || _decoder is null || !ReferenceEquals(DecoderOf(next), _decoder))
            return false;
        _fecTried = next.Sequence;
        bool seam = _seam || gap < next.Duration;
        if (seam)
            Concealment.Continue(Queue, _tail);
        Span<short> room = Queue.Reserve(MaximumPacket)[..next.Duration];
        int length = _decoder.DecodeFec(packets.Payload(next), room);
        if (length != next.Duration)
            return false;
        statistics.Add(Counter.Fec);
        Accept(room, length - gap, seam, PlayedKind.Fec, next.Arrival);
        return true;
    }

    private void Conceal(int length, bool pause)
    {
        bool silent = pause || _concealment.IsSilent;
        if (!pause)
        {
            statistics.Add(Counter.ConcealmentEvents, _concealment.Length == 0 ? 1 : 0);
            statistics.Add(Counter.Concealed, length);
            statistics.Add(Counter.SilentConcealed, silent ? length : 0);
            statistics.Add(Counter.Lost, silent && Starving ? 0 : length);
            _counted += length;
            _countedSilent += silent ? length : 0;
        }
        PlayedKind kind = pause ? PlayedKind.ComfortNoise : silent ? PlayedKind.Silence : PlayedKind.Concealed;
        _concealment.Append(Queue, length, _decoder, pause, pause || _pauses, kind);
        End += length;
        _seam |= _decoder is not { HasConcealment: true } || _concealment.IsSilent;
    }
}
