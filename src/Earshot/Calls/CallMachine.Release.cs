// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Calls;

/// <content>The ways out: our hang-up, the peer's BYE, silence, shut-down.</content>
internal sealed partial class CallMachine
{
    private CallEnd _whyHungUp = CallEnds.HungUp;

    /// <summary>The user hangs up, whatever state the call is in.</summary>
    public void HangUp(Instant now)
    {
        switch (Phase)
        {
            case CallPhase.New:
                End(CallEnds.Cancelled);
                break;
            case CallPhase.Calling or CallPhase.Ringing:
                Cancel(now, CallEnds.Cancelled);
                break;
            case CallPhase.Incoming:
                Reject(now, 603);
                break;
            case CallPhase.Answering:
                StopMedia();
                Enter(CallPhase.HangingUp, Instant.Never); // the core tells of the ACK or of its absence
                break;
            case CallPhase.Talking:
                Do(new CallAction.SendBye(null));
                End(CallEnds.HungUp);
                break;
        }
    }

    /// <summary>The phone closes and waits for nobody: the call is over now, whatever the peer has yet to say.</summary>
    public void ShutDown(Instant now)
    {
        var end = Phase switch
        {
            CallPhase.Cancelling => _whyCancelled with { SipStatus = 0 },
            CallPhase.HangingUp => _whyHungUp,
            _ => CallEnds.ShutDown,
        };
        HangUp(now);
        // RFC 3261 §15 wants the ACK before this BYE; but nobody will be here when it comes, and a caller that hears us ends now.
        if (Phase == CallPhase.HangingUp) Do(new CallAction.SendBye(null));
        End(end);
    }

    /// <summary>The peer's BYE (the core has answered it).</summary>
    public void HandleBye(Instant now, string? reason)
    {
        if (Phase == CallPhase.Ended) return;
        var end = Phase switch
        {
            CallPhase.HangingUp => _whyHungUp,
            CallPhase.Cancelling => _whyCancelled,
            _ => _wasAnswered || IsCaller ? CallEnds.RemoteHungUp : CallEnds.CallerGaveUp,
        };
        End(string.IsNullOrWhiteSpace(reason) ? end : end with { Message = $"{end.Message} ({reason})" });
    }

    /// <summary>The peer has sent no media for so long.</summary>
    public void HandleSilence(Instant now, TimeSpan silence)
    {
        if (Phase != CallPhase.Talking) return;
        Do(new CallAction.SendBye("no media"));
        End(CallEnds.MediaSilent(silence));
    }

    /// <summary>No keys could be agreed: nothing was said or heard, and nothing will be.</summary>
    public void HandleKeysFailed(Instant now, CallEnd why)
    {
        switch (Phase)
        {
            case CallPhase.Calling or CallPhase.Ringing:
                Cancel(now, why);
                break;
            case CallPhase.Answering:
                _whyHungUp = why;
                HangUp(now);
                break;
            case CallPhase.Talking:
                Do(new CallAction.SendBye(why.Message));
                End(why);
                break;
        }
    }

    /// <summary>There is no way to the peer. While it rings that says little: a phone may answer checks once it is taken, and another one may take the call.</summary>
    public void HandlePathFailed(Instant now, CallEnd why)
    {
        if (Phase is not (CallPhase.Calling or CallPhase.Ringing)) HandleKeysFailed(now, why);
    }

    /// <summary>Our own media broke down: there is nothing left to talk through.</summary>
    public void HandleMediaFailed(Instant now)
    {
        if (Phase == CallPhase.Talking)
        {
            Do(new CallAction.SendBye("media failed"));
            End(CallEnds.MediaFailed);
        }
        else if (Phase != CallPhase.Ended)
        {
            HangUp(now); // early media: the call is given up as the user would
        }
    }

    private void End(CallEnd end)
    {
        if (Phase == CallPhase.Ended) return;
        StopMedia();
        Enter(CallPhase.Ended, Instant.Never);
        _reofferAt = Instant.Never;
        Do(new CallAction.TellEnded(end));
    }

    private void StopMedia()
    {
        if (!_mediaFlows) return;
        _mediaFlows = false;
        Do(new CallAction.StopMedia());
    }
}
