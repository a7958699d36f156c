// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;

namespace Earshot.Audio.Ends;

//              Check: silent for 60 ms, or no longer running
//   OnCard ────────────────────────────────────────────────► OnStandIn
//      ▲                                                        │
//      └────────────────────────────────────────────────────────┘
//              Check: called back steadily for 200 ms

/// <summary>One direction of a card with the null end that stands in for it when it stops calling.</summary>
/// <remarks>
/// Thread: <see cref="Check"/> and the control calls on one ordinary thread at a time. The card's and the stand-in's threads
/// pass the <see cref="Gate"/> with their epoch, so that exactly one of them moves blocks.
/// 60 ms: longer than the pause of a blocking collection (51 ms and more were measured under heavy garbage) and than three of the
/// longest blocks, and with checks every 15 ms the stand-in's first block still comes within 100 ms.
/// </remarks>
internal sealed class CardSide(bool isCapture)
{
    /// <summary>A card that has not called for so long (ns) is taken for lost.</summary>
    public const long Patience = 60_000_000;

    /// <summary>A card may take so long (ns) from its start to its first call.</summary>
    public const long StartPatience = 500_000_000;

    /// <summary>A card that calls again must do so for so long (ns) before it gets the sound back.</summary>
    public const long ReturnAfter = 200_000_000;

    private const long CardEpoch = 0;
    private Func<IAudioStream>? _openStandIn;
    private IAudioStream? _standIn;
    private long _startedAt;
    private long _lastSilentAt;
    private long _nextStandIn = 1;
    private bool _defectTold;

    /// <summary>Lets the card or its stand-in through.</summary>
    public PassGate Gate { get; } = new();

    /// <summary>The card; null before <see cref="Start"/>.</summary>
    public IAudioStream? Card { get; private set; }

    /// <summary>True while the stand-in moves the blocks.</summary>
    public bool IsLost => _standIn is not null;

    /// <summary>The epoch of the stand-in that is opened next; each gets its own, so a late thread of an old one is refused.</summary>
    public long StandInEpoch => _nextStandIn;

    /// <summary>Takes an opened card and starts it.</summary>
    /// <param name="card">The card, whose blocks come with epoch 0.</param>
    /// <param name="openStandIn">Opens a null end whose blocks come with <see cref="StandInEpoch"/>.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    public void Start(IAudioStream card, Func<IAudioStream> openStandIn, long now)
    {
        (Card, _openStandIn, _startedAt) = (card, openStandIn, now);
        card.Start();
    }

    /// <summary>Hands over if the card stopped or came back; the notice says which, null if neither.</summary>
    public CardNotice? Check(long now)
    {
        if (Card is not { } card || _openStandIn is null)
            return null;
        var calling = IsCalling(card, now);
        if (!calling)
            _lastSilentAt = now;
        if (_standIn is null)
            return calling ? null : StandIn(card, now);
        return calling && now - _lastSilentAt >= ReturnAfter ? Return(card, now) : null;
    }

    /// <summary>The first defect that a block of this direction met, once; null when there is none.</summary>
    public CardNotice? CheckDefects(long now)
    {
        var defect = (Card as IGuardedStream)?.Defects.First ?? (_standIn as IGuardedStream)?.Defects.First;
        if (_defectTold || defect is null)
            return null;
        _defectTold = true;
        return new CardNotice(CardEvent.Failed, isCapture, Card!.DeviceName, now, $"a defect made the {What} silent for a moment ({defect.Message.ReplaceLineEndings(" ")}); please report it");
    }

    /// <summary>Stops both.</summary>
    public void Stop()
    {
        _openStandIn = null;
        _standIn?.Dispose();
        _standIn = null;
        Card?.Dispose();
    }

    private string What => isCapture ? "microphone" : "speaker";

    private bool IsCalling(IAudioStream card, long now)
    {
        if (!card.IsRunning)
            return false;
        if (card is Devices.Clock.ClockedStream)
            return true; // our own thread: late on a busy machine, as its stand-in would be; gone only by a fault
        var last = card.LastCallbackAt;
        return last == 0 ? now - _startedAt < StartPatience : now - last < Patience;
    }

    private CardNotice StandIn(IAudioStream card, long now)
    {
        var standIn = _openStandIn!();
        Gate.HandTo(_nextStandIn);
        _nextStandIn++;
        standIn.Start();
        _standIn = standIn;
        var why = (card as Devices.Clock.ClockedStream)?.Fault is { } fault ? $" ({fault})" : "";
        return new CardNotice(CardEvent.Lost, isCapture, card.DeviceName, now, $"the {What} {card.DeviceName} stopped{why}; the call goes on without it");
    }

    private CardNotice Return(IAudioStream card, long now)
    {
        Gate.HandTo(CardEpoch);
        _standIn!.Dispose();
        _standIn = null;
        return new CardNotice(CardEvent.Returned, isCapture, card.DeviceName, now, $"{card.DeviceName} is back");
    }
}
