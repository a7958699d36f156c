// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>A call's events on their way from its real-time threads to the housekeeping thread.</summary>
/// <remarks>
/// A peer can press keys and change addresses as fast as it sends: such events leave the last quarter of the queue to those that are told once.
/// Thread: <see cref="Push"/> worker, <see cref="NoteFirstAudio"/> playback, <see cref="TryTake"/> housekeeping. Real-time: no allocation or lock.
/// </remarks>
internal sealed class MediaEventQueue(Action wake) : IEventSink
{
    private const int Capacity = 64;
    private const int KeptForTheRare = 16;

    private readonly SlotRing<Slot> _ring = new(Capacity, static () => new Slot());
    private long _firstAudioAt;
    private bool _firstAudioTold;

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
    public void NoteFirstAudio(Instant at)
    {
        if (_firstAudioAt != 0)
            return;
        Volatile.Write(ref _firstAudioAt, at.Nanoseconds);
        wake();
    }

    /// <summary>The next event.</summary>
    public bool TryTake(out MediaEvent happened)
    {
        if (_ring.TryPeek(out var slot))
        {
            happened = slot.Event;
            _ring.Release();
            return true;
        }

        long firstAudioAt = Volatile.Read(ref _firstAudioAt);
        happened = new(MediaEventKind.FirstAudioPlayed, new(firstAudioAt));
        if (firstAudioAt == 0 || _firstAudioTold)
            return false;
        _firstAudioTold = true;
        return true;
    }

    // What the peer cannot make come at will: at the most once in each silence timeout, refusal pause or call.
    private static bool IsRare(MediaEventKind kind) => kind is not
        (MediaEventKind.DtmfReceived or MediaEventKind.RemoteAddressChanged or MediaEventKind.RemoteRtcpBye);

    private sealed class Slot
    {
        public MediaEvent Event;
    }
}
