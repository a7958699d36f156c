// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol;
using static Earshot.Media.Playout.PlayoutStatistics;

namespace Earshot.Media.Playout;

/// <summary>Fills the sample queue from the packets: decodes, restores by in-band FEC, conceals, and joins what does not fit together.</summary>
/// <remarks>
/// <code>
///   packet here ──► decode ──────────────┐ (cross-fade after a change of any kind)
///   copy of it (RFC 2198) ──► decode ────┤
///   gap, later packet here ──► FEC ──────┤
///                     none ──► conceal ──┼──► SampleQueue
///   nothing here: starving ──► conceal ──┘    time moves on tentatively: a packet that then comes late is played from its start
/// </code>
/// Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed partial class StreamDecoder(PacketBuffer packets, IAudioDecoder?[] decoders, PlayoutStatistics statistics)
{
    /// <summary>Longest packet: 120 ms.</summary>
    public const int MaximumPacket = 5760;

    private const int Step = 120;
    private const int GiveUpGap = 24000;
    private const int LongestWhole = 960;

    /// <summary>A millisecond before a late packet: one that begins on the edge of its block is the next to be late.</summary>
    private const int LeftStanding = 48;

    private readonly Concealment _concealment = new();
    private readonly Merge _merge = new();
    private readonly short[] _tail = new short[CrossFade.Length];
    private IAudioDecoder? _decoder;
    private long _lastSequence;
    private long _fecTried;
    private long _starvedFrom;
    private bool _seam = true;
    private bool _discontinuous;
    private bool _afterPause;
    private bool _pauses;
    private int _counted;
    private int _countedSilent;

    /// <summary>What waits to be played.</summary>
    public SampleQueue Queue { get; } = new();

    /// <summary>Position after the last sample in the queue.</summary>
    public long End { get; private set; }

    /// <summary>Position of the next sample to play.</summary>
    public long Front => End - Queue.Count;

    /// <summary>There was nothing to decode when it was needed, and nothing has come since.</summary>
    public bool Starving { get; private set; }

    /// <summary>Samples of the last decoded packet.</summary>
    public int PacketLength { get; private set; } = 960;

    /// <summary>Whether a packet that ends there can still be heard.</summary>
    public bool CanUse(long end) => end > (Starving ? _starvedFrom : End);

    /// <summary>A new stream begins at a position.</summary>
    public void Restart(long position)
    {
        End = position;
        Starving = false;
        Undecide(0, 0);
        _lastSequence = 0;
        _fecTried = 0;
        _seam = true;
        _afterPause = _pauses = false;
        _concealment.Restart();
        _decoder?.Reset();
        _decoder = null;
    }

    /// <summary>Goes on from a packet that came while there was nothing: late ones from their start.</summary>
    /// <returns>How far time went back, samples; negative: the packet is still ahead.</returns>
    public long Resume()
    {
        if (!Starving || !TryNext(out PacketBuffer.Slot next))
            return 0;
        Starving = false;
        Undecide(0, 0);
        statistics.Add(Counter.Lost, _countedSilent);
        if (next.Redundant)
        {
            // What was made up meanwhile is not undone by a copy: that would be a delay at each loss.
            _seam = true;
            if (!TryNext(out next) || next.Redundant)
                return 0;
        }

        if (IsPause(next) && next.Position > _starvedFrom)
            TakeBack(next);
        long back = End - next.Position;
        int unheard = (int)Math.Min(Queue.Count, End - _starvedFrom);
        if (back > 0)
        {
            Unmake(Math.Max(0, unheard - LeftStanding));
            back = End - next.Position;
            End = Math.Max(Math.Min(End, next.Position), _starvedFrom);
            _seam = true;
        }
        else if (back == 0 && unheard <= next.Duration && DecoderOf(next)?.CarriesFec(packets.Payload(next)) == true)
        {
            Unmake(unheard);
        }

        return back;
    }

    /// <summary>Takes made-up sound back that nobody has heard.</summary>
    private void Unmake(int length)
    {
        Queue.DropLast(length);
        End -= length;
        statistics.Add(Counter.Concealed, -Math.Min(length, _counted));
        statistics.Add(Counter.Lost, -Math.Min(length, _counted));
        statistics.Add(Counter.SilentConcealed, -Math.Min(length, _countedSilent));
        _counted = Math.Max(0, _counted - length);
        _countedSilent = Math.Max(0, _countedSilent - length);
    }

    /// <summary>Leaves out what waits before a position.</summary>
    public void SkipTo(long position)
    {
        End = position;
        _seam = true;
    }

    /// <summary>Makes the queue hold so many samples, whatever it takes.</summary>
    public void Fill(int length)
    {
        while (Queue.Count < length)
        {
            if (!TryNext(out PacketBuffer.Slot next))
                Starve(length - Queue.Count);
            else if (next.Position <= End)
                Decode(next);
            else if (next.Position - End > GiveUpGap)
                SkipTo(next.Position);
            else
                Bridge(next, length - Queue.Count);
        }
    }

    /// <summary>Decodes ahead as long as packets follow without a gap.</summary>
    public void FillFromPackets(int length)
    {
        while (Queue.Count < length && TryNext(out PacketBuffer.Slot next) && next.Position <= End)
            Decode(next);
    }

    private bool TryNext(out PacketBuffer.Slot next)
    {
        while (packets.TryPeek(out next))
        {
            if (CanUse(next.End) && DecoderOf(next) is not null)
                return true;
            Discard(next);
        }
        return false;
    }

    /// <summary>Null when the type is agreed no longer: the control thread takes decoders away at any moment, between two looks, too.</summary>
    private IAudioDecoder? DecoderOf(in PacketBuffer.Slot packet) => Volatile.Read(ref decoders[packet.PayloadType]);

    private void Discard(in PacketBuffer.Slot packet)
    {
        packets.Drop(packet);
        statistics.Add(Counter.PacketsDiscarded, packet.Redundant ? 0 : 1);
    }

    private void Decode(in PacketBuffer.Slot packet)
    {
        if (DecoderOf(packet) is not { } decoder)
        {
            Discard(packet);
            return;
        }
        ReadOnlySpan<byte> payload = packets.Payload(packet);
        int skip = (int)(End - packet.Position);
        bool seam = Choose(decoder) | _seam | skip > 0;
        if (seam)
            Concealment.Continue(Queue, _tail);
        Span<short> room = Queue.Reserve(MaximumPacket);
        int length = decoder.Decode(payload, room);
        if (length <= 0)
        {
            Discard(packet);
            return;
        }
        packets.Drop(packet);
        _lastSequence = packet.Sequence;
        _discontinuous = decoder is ComfortNoise || (decoder.HasConcealment && (packet.Length <= 2 || _afterPause));
        if (!decoder.HasConcealment)
            _concealment.Hear(room[..length]);
        _afterPause = false;
        PacketLength = length;
        statistics.Add(Counter.RedundantUsed, packet.Redundant ? 1 : 0);
        PlayedKind sound = packet.Redundant ? PlayedKind.Redundant : PlayedKind.Normal;
        Accept(room[..length], skip, seam, _discontinuous ? PlayedKind.ComfortNoise : sound, packet.Arrival);
    }

    /// <summary>Takes received sound in, without its first samples, which have been made up already.</summary>
    private void Accept(Span<short> sound, int skip, bool seam, PlayedKind kind, Instant arrival)
    {
        skip = Math.Min(skip, sound.Length);
        int length = sound.Length - skip;
        sound[skip..].CopyTo(sound);
        if (skip == 0 && _concealment.Length > 0 && kind != PlayedKind.ComfortNoise && JoinGap(sound))
            seam = false;
        if (seam && length > 0)
            CrossFade.Into(sound[..Math.Min(CrossFade.Length, length)], _tail);
        Queue.Commit(length, kind, arrival);
        End += length;
        _seam = false;
        _concealment.End();
    }

    private bool JoinGap(ReadOnlySpan<short> sound)
    {
        int unplayed = Math.Min(_concealment.Length, Queue.Count);
        return _merge.Join(Queue.Waiting[^unplayed..], sound, _decoder!.HasConcealment);
    }

    private bool Choose(IAudioDecoder decoder)
    {
        if (ReferenceEquals(decoder, _decoder))
            return false;
        _decoder = decoder;
        decoder.Reset();
        return true;
    }

    private static int RoundUp(int samples) => (samples + Step - 1) / Step * Step;
}
