// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sip;
using static Earshot.Calls.CallAction;

namespace Earshot.Calls;

/// <summary>Carries out what one call's <see cref="CallMachine"/> decides, on the SIP core and on media, and feeds back what comes of it.</summary>
/// <remarks>
/// The same code drives a phone on real sockets and the lab's phones in virtual time.
/// Thread: the signalling loop, or a test. Told the time.
/// </remarks>
internal sealed class CallDriver
{
    private readonly SipCore _core;
    private readonly CallMachine _machine;
    private readonly GuardedMedia _media;
    private readonly ICallListener _listener;
    private SipInvite? _invite;
    private bool _connectedAwaitsKeys;
    private bool _isConnected;

    /// <param name="core">Signals.</param>
    /// <param name="machine">Decides.</param>
    /// <param name="media">Describes and flows.</param>
    /// <param name="listener">Is told the steps.</param>
    /// <param name="failed">Told what media threw, which then counts as its refusal; null lets it through.</param>
    public CallDriver(SipCore core, CallMachine machine, ICallMedia media, ICallListener listener, Action<Exception>? failed = null)
    {
        _core = core;
        _machine = machine;
        _media = new GuardedMedia(media, failed);
        _listener = listener;
    }

    /// <summary>Sends at once what the core has to say; null leaves that to whoever drives the core.</summary>
    /// <remarks>An ACK or a 200 must not wait for codecs, keys and a sound card: in the first call of a process those take tens of milliseconds.</remarks>
    public Action? Flush { get; init; }

    /// <summary>Why a flow of ours carried nothing, where its connection stood and what came first was wrong; null where nobody knows.</summary>
    public Func<SipFlow, TransportComplaint?>? ComplaintOf { get; init; }

    /// <summary>Makes ready what another first offer of the call says, and goes on then; null where nothing takes time.</summary>
    public Action<Instant, Action<Instant>>? Prepare { get; init; }

    /// <summary>Told the call in the SIP core, when a refused INVITE was followed by another.</summary>
    public Action<SipCall>? Reinvited { get; init; }

    /// <summary>The call in the SIP core; null until the INVITE is out.</summary>
    public SipCall? Sip { get; private set; }

    /// <summary>Places the call; <paramref name="invite"/> lacks only the offer.</summary>
    public void Place(Instant now, SipInvite invite)
    {
        _invite = invite;
        _machine.Place(now);
        Drain(now);
    }

    /// <summary>Somebody calls.</summary>
    public void Take(Instant now, SipEvent.IncomingInvite invite)
    {
        Sip = invite.Call;
        NotePeer();
        _machine.HandleInvite(now, invite.Sdp);
        Drain(now);
    }

    public void Answer(Instant now)
    {
        _machine.Answer(now);
        Drain(now);
    }

    public void Reject(Instant now, int status)
    {
        _machine.Reject(now, status);
        Drain(now);
    }

    public void HangUp(Instant now)
    {
        _machine.HangUp(now);
        Drain(now);
    }

    /// <summary>The phone closes: nothing is waited for any more.</summary>
    public void ShutDown(Instant now)
    {
        _machine.ShutDown(now);
        Drain(now);
    }

    public void ChangeSession(Instant now)
    {
        _machine.ChangeSession(now);
        Drain(now);
    }

    public void HandleSilence(Instant now, TimeSpan silence)
    {
        _machine.HandleSilence(now, silence);
        Drain(now);
    }

    public void HandleMediaFailed(Instant now)
    {
        _machine.HandleMediaFailed(now);
        Drain(now);
    }

    /// <summary>Media has its keys: whoever waits for the call is told that it stands.</summary>
    public void HandleKeysAgreed()
    {
        if (!_connectedAwaitsKeys || _media.AwaitsKeys) return;
        _connectedAwaitsKeys = false;
        Connected();
    }

    /// <summary>Media will have no keys.</summary>
    public void HandleKeysFailed(Instant now, CallEnd why)
    {
        _machine.HandleKeysFailed(now, why);
        Drain(now);
    }

    /// <summary>There is no way to the peer, or none any more.</summary>
    public void HandlePathFailed(Instant now, CallEnd why)
    {
        _machine.HandlePathFailed(now, why);
        Drain(now);
    }

    /// <summary>More is known of our candidates than before: a peer that takes them later is told.</summary>
    public void HandleCandidates(Instant now) => TellCandidates(now);

    /// <summary>The call failed before signalling began: no such host, no flow.</summary>
    public void HandleFailed(Instant now, CallEnd end)
    {
        _machine.HandleFailed(now, end);
        Drain(now);
    }

    public void HandleTimeout(Instant now)
    {
        _machine.HandleTimeout(now);
        Drain(now);
    }

    public Instant PollTimeout() => _machine.PollTimeout();

    /// <summary>An event of the SIP core that belongs to this call.</summary>
    public void HandleSip(Instant now, SipEvent happened)
    {
        NotePeer();
        switch (happened)
        {
            case SipEvent.InviteProgress e: _machine.HandleProgress(now, e.Status, e.Sdp); break;
            case SipEvent.InviteAnswered e: _machine.HandleAnswered(now, e.Sdp); break;
            case SipEvent.InviteFailed e when MayTryAgain(e) && _media.TryNextSecurity(): _machine.TryAgain(now); break;
            case SipEvent.InviteFailed e: _machine.HandleFailed(now, EndOf(e)); break;
            case SipEvent.AckReceived e: _machine.HandleAck(now, e.Sdp); break;
            case SipEvent.AckMissing: _machine.HandleAckMissing(now); break;
            case SipEvent.Cancelled: _machine.HandleCancelled(now); break;
            case SipEvent.ByeReceived e: _machine.HandleBye(now, e.Reason); break;
            case SipEvent.InfoReceived e: _media.TakeCandidates(e.Body); break;
            case SipEvent.InfoCompleted { Status: >= 300 }: _media.EndCandidates(); break;
            case SipEvent.ReinviteReceived e: _machine.HandleReinvite(now, e.Sdp); break;
            case SipEvent.ReinviteAnswered e: _machine.HandleReinviteAnswered(now, e.Sdp); break;
            case SipEvent.ReinviteFailed e: _machine.HandleReinviteFailed(now, e.Status, e.Reason); break;
        }

        Drain(now);
    }

    private bool MayTryAgain(SipEvent.InviteFailed failed) =>
        failed is { Cause: InviteFailure.Response, Status: 488 or 606 } && _machine.MayTryAgain && !SpeaksOfCodecs(failed);

    // RFC 3264 §6: a stream is refused with port 0, too. A phone that knows no DTLS may also answer what was not offered.
    private void Taken(Instant now, CallEnd? refusal, bool final)
    {
        bool isAboutTheStream = final && refusal is { Reason: CallEndReason.NoCommonCodec or CallEndReason.NotEncrypted };
        if (isAboutTheStream && _machine.MayTryAgain && _media.TryNextSecurity()) _machine.TryAgain(now);
        else _machine.HandleAnswerTaken(now, refusal);
    }

    private CallEnd EndOf(SipEvent.InviteFailed failed) => failed.Cause switch
    {
        InviteFailure.Transport when ComplaintOf is { } complaintOf && _invite?.Flows.Select(complaintOf).FirstOrDefault(c => c is not null) is { } complaint =>
            CallEnds.BadGreeting(complaint),
        InviteFailure.Transport => CallEnds.NothingThere(_invite is { Flows: [var flow, ..] } ? $"{flow.Remote}" : "this address"),
        InviteFailure.Response when failed.Status is 488 or 606 && !_media.InsistsOnEncryption && failed.Reason.Contains("encrypt", StringComparison.OrdinalIgnoreCase) =>
            CallEnds.ClearRefused(failed.Status, failed.Reason),
        InviteFailure.Response when failed.Status is 488 or 606 && _media.InsistsOnEncryption && !SpeaksOfCodecs(failed) =>
            CallEnds.EncryptionRefused(failed.Status, failed.Reason),
        _ => CallEnds.FromStatus(failed.Status, failed.Reason, failed.Warning, failed.Contact),
    };

    // RFC 3261 §20.43: warnings 304 and 305 are about media types and formats; Earshot says it in the reason phrase.
    private static bool SpeaksOfCodecs(SipEvent.InviteFailed failed) =>
        failed.Warning?.Contains("304", StringComparison.Ordinal) == true
        || failed.Warning?.Contains("305", StringComparison.Ordinal) == true
        || failed.Reason.Contains("codec", StringComparison.OrdinalIgnoreCase);

    private void Drain(Instant now)
    {
        while (_machine.PollAction(out var action)) Execute(now, action);
        TellCandidates(now);
    }

    private void NotePeer() => _media.NotePeer(Sip is { } call && TrickleIce.IsTakenBy(call));

    // Once both sides have what they were offered and answered: a fragment is of no use to who does not know its generation (RFC 8840 §4.3 would allow it
    // earlier, where provisional responses are confirmed). What comes meanwhile goes along.
    private void TellCandidates(Instant now)
    {
        if (_machine.Phase != CallPhase.Talking || Sip is not { } call || !TrickleIce.IsTakenBy(call) || !_core.MayInform(call)) return;
        var fragment = _media.WriteCandidates();
        if (fragment.IsEmpty) return;
        _core.Inform(now, call, TrickleIce.Name, fragment);
        Flush?.Invoke();
    }

    private void Execute(Instant now, CallAction action)
    {
        switch (action)
        {
            case PrepareOffer when Prepare is { } prepare: prepare(now, Prepared); break;
            case PrepareOffer: _machine.HandlePrepared(now); break;
            case MakeOffer: Made(now, _media.MakeOffer()); break;
            case JudgeOffer a: _machine.HandleOfferJudged(now, _media.Judge(a.Offer)); break;
            case MakeAnswer a: Answered(now, _media.MakeAnswer(a.Offer)); break;
            case TakeAnswer a: Taken(now, _media.TakeAnswer(a.Answer, a.Final), a.Final); break;
            case RollBack: _media.RollBack(); break;
            case StartMedia when !_media.TryStart(): _machine.HandleMediaFailed(now); break;
            case StartMedia: break;
            case StopMedia: _media.Stop(); break;
            case TellRinging a: _listener.OnRinging(a.Status, a.EarlyMedia); break;
            case TellConnected when _media.AwaitsKeys: _connectedAwaitsKeys = true; break;
            case TellConnected: Connected(); break;
            case TellChanged when _connectedAwaitsKeys: break; // told with the rest
            case TellChanged: _listener.OnChanged(); break;
            case TellChangeRefused a: _listener.OnChangeRefused(a.Status, a.Message); break;
            case TellEnded a: End(a.End); break;
            default:
                Signal(now, action);
                Flush?.Invoke();
                break;
        }
    }

    private void Connected()
    {
        _isConnected = true;
        _listener.OnConnected();
    }

    private void End(CallEnd end)
    {
        var isWithoutKeys = _connectedAwaitsKeys;
        _connectedAwaitsKeys = false; // keys that come now are nobody's
        _listener.OnEnded(isWithoutKeys ? CallEnds.BeforeKeys(end, _media.AwaitsPath) : end);
    }

    private void Signal(Instant now, CallAction action)
    {
        if (action is SendInvite invite)
        {
            bool isAgain = Sip is not null;
            Sip = _core.Invite(now, _invite! with { Sdp = invite.Offer });
            if (isAgain) Reinvited?.Invoke(Sip);
            return;
        }

        if (Sip is not { } call) return;
        switch (action)
        {
            case SendRinging a: _core.Ring(now, call, a.Status, a.Answer); break;
            case SendAccept a: _core.Accept(now, call, a.Sdp); break;
            case SendReject a: _core.Reject(now, call, a.Status, a.Reason); break;
            case SendAck a: _core.Ack(now, call, a.Answer); break;
            case SendCancel: _core.Cancel(now, call); break;
            case SendBye a: _core.Bye(now, call, a.Reason ?? (_machine.IsCaller && !_isConnected ? CallEnds.ChangeOfMind : null)); break;
            case SendReinvite a: Reinvite(now, call, a.Offer); break;
            case AcceptReinvite a: _core.AcceptReinvite(now, call, a.Sdp); break;
            case RejectReinvite a: _core.RejectReinvite(now, call, a.Status, a.Reason); break;
        }
    }

    // A change that cannot go out now, because one of the peer's is under way, is one that met a 491 (RFC 3261 §14.1).
    private void Reinvite(Instant now, SipCall call, ReadOnlyMemory<byte> offer)
    {
        if (!_core.Reinvite(now, call, offer) && call.State == SipCallState.Established)
            _machine.HandleReinviteFailed(now, 491, "Request Pending");
    }

    private void Prepared(Instant now)
    {
        _machine.HandlePrepared(now);
        Drain(now);
    }

    private void Made(Instant now, MediaAnswer offer)
    {
        if (offer.Refusal is { } why) _machine.HandleOfferFailed(now, why);
        else _machine.HandleOffer(now, offer.Sdp);
    }

    private void Answered(Instant now, MediaAnswer answer) => _machine.HandleAnswerMade(now, answer.Sdp, answer.Refusal);
}
