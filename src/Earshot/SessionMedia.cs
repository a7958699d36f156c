// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Protocol.Sdp;

namespace Earshot;

/// <summary>One call's media as its decisions see it, on a real <see cref="MediaSession"/> and the phone's sound.</summary>
/// <remarks>Thread: the signalling loop.</remarks>
internal sealed class SessionMedia(MediaSession session, PhoneSound sound, IPAddress towardsPeer) : ICallMedia, IDisposable
{
    private readonly Ringback _ringback = new(sound.AttachTone, sound.DetachTone);
    private bool _described;
    private bool _flows;
    private bool? _offeredHold;

    /// <summary>We wish to hold the other side.</summary>
    public bool OnHold { get; set; }

    /// <summary>We hold the other side, and it knows.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>What is heard goes back to the caller; the sound card is left alone. Decided before media starts.</summary>
    public bool Echo { get; set; }

    /// <summary>Codecs wished for in the next offer; null keeps those there are.</summary>
    public IReadOnlyList<string>? Codecs { get; set; }

    public MediaSession Session => session;

    public bool InsistsOnEncryption => session.Options.Security != MediaSecurityPolicy.None;

    public MediaAnswer MakeOffer()
    {
        _offeredHold = OnHold;
        try
        {
            return new(_described
                ? session.CreateReoffer(OnHold ? MediaDirection.SendOnly : MediaDirection.SendReceive, Codecs)
                : session.CreateOffer(towardsPeer));
        }
        catch (MediaTransportException wrong)
        {
            return new(default, NoPort(wrong));
        }
    }

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
    {
        try
        {
            var result = _described ? session.AcceptReoffer(offer) : session.AcceptOffer(offer, towardsPeer);
            _described |= result.Accepted;
            return new(result.Answer, result.Accepted ? null : Refusal(result));
        }
        catch (MediaTransportException wrong)
        {
            return new(default, NoPort(wrong));
        }
    }

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
    {
        var result = session.AcceptAnswer(answer, final);
        _described |= result.Accepted;
        if (final && _offeredHold is { } hold)
        {
            _offeredHold = null;
            if (result.Accepted) IsHeld = hold;
        }

        return result.Accepted ? null : Refusal(result);
    }

    public void RollBack()
    {
        _offeredHold = null;
        session.Rollback();
    }

    /// <summary>A change was refused: wishes are again what is, unless a later one is on its way already.</summary>
    public void ForgetWishes()
    {
        if (_offeredHold is not null) return;
        OnHold = IsHeld;
        Codecs = null;
    }

    /// <summary>The other phone rings: the caller hears that, unless nobody listens here.</summary>
    public void HandleRinging(int status, bool earlyMedia)
    {
        if (!Echo) _ringback.HandleRinging(status, earlyMedia);
    }

    /// <summary>The caller gives up, or the call is over.</summary>
    public void StopRinging() => _ringback.Stop();

    public void Start()
    {
        StopRinging();
        if (_flows) return;
        _flows = true;
        session.Start();
        if (Echo) session.AttachEcho();
        else sound.Attach(session);
    }

    public void Stop()
    {
        if (_flows && !Echo) sound.Detach(session);
        _flows = false;
        session.Stop();
    }

    public void Dispose()
    {
        StopRinging();
        Stop();
        session.Dispose();
    }

    private static CallEnd NoPort(MediaTransportException wrong) => new(CallEndReason.NetworkError, 500, wrong.Message, "Free a port, or widen --media-ports.");

    private static CallEnd Refusal(MediaNegotiationResult result) => result.Failure switch
    {
        NegotiationFailure.EncryptionRequired or NegotiationFailure.NoCommonCrypto or NegotiationFailure.UnsupportedProfile => new(
            CallEndReason.NotEncrypted, result.SipStatus, result.Reason,
            "Ask the other side for SRTP with SDES keys; or, where listening does not matter, allow clear media with --security none."),
        NegotiationFailure.NoCommonCodec or NegotiationFailure.NoAudio => new(
            CallEndReason.NoCommonCodec, result.SipStatus, result.Reason, "Allow more codecs with --codecs."),
        _ => new(CallEndReason.Failed, result.SipStatus, result.Reason),
    };
}
