// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>A call's events on their way from its real-time threads to the housekeeping thread.</summary>
/// <remarks>
/// A peer can press keys and change addresses as fast as it sends: such events leave the last quarter of the queue to those that are told once.
/// Thread: <see cref="Push"/> worker, <see cref="NoteFirstAudio"/> and <see cref="NotePlaybackFailure"/> playback, <see cref="TryTake"/> housekeeping. Real-time: no allocation or lock.
/// </remarks>
internal sealed class MediaEventQueue(Action wake) : IEventSink
{
    private const int Capacity = 64;
    private const int KeptForTheRare = 16;

    private readonly SlotRing<Slot> _ring = new(Capacity, static () => new Slot());
    private Note _firstAudio;
    private Note _playbackFailure;

    /// <summary>Events that found the queue full.</summary>
    public long Lost { get; private set; }

    /// <inheritdoc/>
    public void Push(in MediaEvent happened)
    {
        bool hasRoom = IsRare(happened.Kind) || _ring.Count < Capacity - KeptForTheRare;
        if (!_ring.TryBeginWrite(out var slot) || !hasRoom)
        {
            Lost++;
            return;
        }

        slot.Event = happened;
        _ring.CommitWrite();
        wake();
    }

    /// <summary>Playback gave the peer's first sound to the speaker.</summary>
    public void NoteFirstAudio(Instant at) => Take(ref _firstAudio, at);

    /// <summary>A defect ended the call's sound.</summary>
    public void NotePlaybackFailure(Instant at) => Take(ref _playbackFailure, at);

    /// <summary>The next event.</summary>
    public bool TryTake(out MediaEvent happened)
    {
        if (!_ring.TryPeek(out var slot))
            return Tell(ref _firstAudio, MediaEventKind.FirstAudioPlayed, out happened) || Tell(ref _playbackFailure, MediaEventKind.Failed, out happened);
        happened = slot.Event;
        _ring.Release();
        return true;
    }

    private void Take(ref Note note, Instant at)
    {
        if (note.At != 0)
            return;
        Volatile.Write(ref note.At, at.Nanoseconds);
        wake();
    }

    private static bool Tell(ref Note note, MediaEventKind kind, out MediaEvent happened)
    {
        long at = Volatile.Read(ref note.At);
        happened = new(kind, new(at));
        if (at == 0 || note.Told)
            return false;
        return note.Told = true;
    }

    // What the peer cannot make come at will: at the most once in each silence timeout, refusal pause or call.
    private static bool IsRare(MediaEventKind kind) => kind is not
        (MediaEventKind.DtmfReceived or MediaEventKind.RemoteAddressChanged or MediaEventKind.RemoteRtcpBye);

    // What playback tells once: the ring has one writer, the worker.
    private struct Note
    {
        public long At;
        public bool Told;
    }

    private sealed class Slot
    {
        public MediaEvent Event;
    }
}
