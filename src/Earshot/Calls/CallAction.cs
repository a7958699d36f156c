// SPDX-License-Identifier: MIT
namespace Earshot.Calls;

/// <summary>What <see cref="CallMachine"/> wants done; whoever polls it does it at once and in order.</summary>
internal abstract record CallAction
{
    /// <summary>Media makes ready what a first offer says and that takes time; answered by <see cref="CallMachine.HandlePrepared"/>.</summary>
    public sealed record PrepareOffer : CallAction;

    /// <summary>Media writes an offer; answered by <see cref="CallMachine.HandleOffer"/>.</summary>
    public sealed record MakeOffer : CallAction;

    /// <summary>Media says whether it could answer an offer, and takes nothing for it yet; answered by <see cref="CallMachine.HandleOfferJudged"/>.</summary>
    public sealed record JudgeOffer(ReadOnlyMemory<byte> Offer) : CallAction;

    /// <summary>Media answers an offer; answered by <see cref="CallMachine.HandleAnswerMade"/>.</summary>
    public sealed record MakeAnswer(ReadOnlyMemory<byte> Offer) : CallAction;

    /// <summary>Media takes the peer's answer; answered by <see cref="CallMachine.HandleAnswerTaken"/>.</summary>
    /// <param name="Answer">The session description.</param>
    /// <param name="Final">False for one of a provisional response: the 2xx may say another, of another phone that was rung too.</param>
    public sealed record TakeAnswer(ReadOnlyMemory<byte> Answer, bool Final = true) : CallAction;

    /// <summary>Media forgets its unanswered offer.</summary>
    public sealed record RollBack : CallAction;

    /// <summary>Media flows from now on.</summary>
    public sealed record StartMedia : CallAction;

    /// <summary>Media ends: RTCP BYE, keys zeroed, card detached.</summary>
    public sealed record StopMedia : CallAction;

    public sealed record SendInvite(ReadOnlyMemory<byte> Offer) : CallAction;

    public sealed record SendRinging(int Status, ReadOnlyMemory<byte> Answer) : CallAction;

    public sealed record SendAccept(ReadOnlyMemory<byte> Sdp) : CallAction;

    public sealed record SendReject(int Status, string? Reason) : CallAction;

    public sealed record SendAck(ReadOnlyMemory<byte> Answer) : CallAction;

    public sealed record SendCancel : CallAction;

    public sealed record SendBye(string? Reason) : CallAction;

    public sealed record SendReinvite(ReadOnlyMemory<byte> Offer) : CallAction;

    public sealed record AcceptReinvite(ReadOnlyMemory<byte> Sdp) : CallAction;

    public sealed record RejectReinvite(int Status, string? Reason) : CallAction;

    /// <summary>The other phone rings (180) or tells of progress (181–183).</summary>
    public sealed record TellRinging(int Status, bool EarlyMedia) : CallAction;

    /// <summary>Both sides talk.</summary>
    public sealed record TellConnected : CallAction;

    /// <summary>The session changed: hold, resume, another codec.</summary>
    public sealed record TellChanged : CallAction;

    /// <summary>A change that we asked for was refused; the call goes on as it was.</summary>
    public sealed record TellChangeRefused(int Status, string Message) : CallAction;

    /// <summary>The call is over; the last action of every call, exactly once.</summary>
    public sealed record TellEnded(CallEnd End) : CallAction;
}
