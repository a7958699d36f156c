// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Where an exchange of offer and answer stands (RFC 3264 §4).</summary>
internal enum NegotiationState
{
    /// <summary>Nothing is open.</summary>
    Stable,

    /// <summary>Our offer waits for its answer.</summary>
    HaveLocalOffer,

    /// <summary>The peer's offer waits for our answer.</summary>
    HaveRemoteOffer,
}

/// <summary>The one negotiation state of a call: who offered, what was answered, what is agreed (RFC 3264).</summary>
/// <remarks>
/// <code>
///                CreateOffer                    HandleOffer
/// HaveLocalOffer ◄────────── Stable (Current) ──────────► HaveRemoteOffer
///                ──────────►                  ◄──────────
///         HandleAnswer, Rollback        CreateAnswer, Rollback
/// </code>
/// A failure or a rollback leaves <see cref="Current"/> as it was. Thread: the owner's; one at a time.
/// </remarks>
internal sealed class OfferAnswer
{
    private readonly PayloadNumbers _numbers = new();
    private AgreedStream? _agreed;
    private Offering? _ourOffer;
    private SessionDescription? _theirOffer;
    private byte[]? _lastSent;
    private byte[]? _lastAnswer;
    private ulong _version = 1;

    /// <summary>A call without anything agreed yet.</summary>
    /// <param name="sessionId">The number of our o= line; drawn by the caller, below 2^62.</param>
    public OfferAnswer(ulong sessionId) => SessionId = sessionId;

    /// <summary>The number of our o= line.</summary>
    public ulong SessionId { get; }

    /// <summary>What is open.</summary>
    public NegotiationState State =>
        _ourOffer is not null ? NegotiationState.HaveLocalOffer
        : _theirOffer is not null ? NegotiationState.HaveRemoteOffer
        : NegotiationState.Stable;

    /// <summary>What was agreed last; null before the first answer.</summary>
    public NegotiatedMedia? Current => _agreed?.Media;

    /// <summary>Writes an offer, the first or a new one, and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">An offer is open already.</exception>
    /// <exception cref="ArgumentException">No codec, or neither key nor DTLS although the call must be encrypted.</exception>
    public ReadOnlyMemory<byte> CreateOffer(LocalMedia local)
    {
        if (State != NegotiationState.Stable) throw new InvalidOperationException($"No offer may be made in {State}: answer or roll back first.");
        var offering = Offering.Of(local, _agreed, _numbers);
        _ourOffer = offering;
        return Send(offering.Text);
    }

    /// <summary>Takes the answer to our offer.</summary>
    /// <param name="sdp">Its bytes; copied.</param>
    /// <param name="final">False for one in an unreliable provisional response: the offer stays open, a later answer may differ.</param>
    public NegotiationResult HandleAnswer(ReadOnlySpan<byte> sdp, bool final = true)
    {
        if (_ourOffer is not { } offering) return RepeatedAnswer(sdp);
        if (final) _ourOffer = null;
        if (!SessionDescription.TryParse(sdp, out var answer, out var error)) return Malformed(error);
        var result = offering.Read(answer!, out var agreed);
        if (agreed is null) return result;
        _lastAnswer = sdp.ToArray();
        Agree(agreed);
        return result;
    }

    /// <summary>Takes the peer's offer, which then waits for <see cref="CreateAnswer"/> or <see cref="Rollback"/>.</summary>
    public NegotiationResult HandleOffer(ReadOnlySpan<byte> sdp)
    {
        switch (State)
        {
            case NegotiationState.HaveLocalOffer:
                return NegotiationResult.Refused(NegotiationFailure.Glare, "both sides made an offer at once");
            case NegotiationState.HaveRemoteOffer:
                return NegotiationResult.Refused(NegotiationFailure.OfferPending, "the offer before this one is not answered yet");
            default:
                if (!SessionDescription.TryParse(sdp, out var offer, out var error)) return Malformed(error);
                _theirOffer = offer;
                return new NegotiationResult(NegotiationFailure.None, default, Current, "");
        }
    }

    /// <summary>What <see cref="CreateAnswer"/> would say, without changing anything: to refuse a call before it rings.</summary>
    /// <exception cref="InvalidOperationException">No offer waits.</exception>
    public NegotiationResult PreviewAnswer(LocalMedia local)
    {
        var answering = Answering.To(WaitingOffer(), local, _agreed);
        return answering.Agreed is { } agreed ? new NegotiationResult(NegotiationFailure.None, default, agreed.Media, "") : answering.Refusal;
    }

    /// <summary>Answers the offer that waits. A refusal drops that offer: the state is then as before it.</summary>
    /// <exception cref="InvalidOperationException">No offer waits.</exception>
    public NegotiationResult CreateAnswer(LocalMedia local)
    {
        var answering = Answering.To(WaitingOffer(), local, _agreed);
        _theirOffer = null;
        answering.Commit();
        if (answering.Agreed is not { } agreed) return answering.Refusal;
        Agree(agreed);
        return new NegotiationResult(NegotiationFailure.None, Send(answering.Text!), agreed.Media, "");
    }

    /// <summary>Forgets the open offer, ours or theirs. What was agreed before goes on.</summary>
    public void Rollback()
    {
        _ourOffer = null;
        _theirOffer = null;
    }

    private SessionDescription WaitingOffer() =>
        _theirOffer ?? throw new InvalidOperationException("No offer waits for an answer: HandleOffer comes first.");

    private void Agree(AgreedStream agreed)
    {
        _agreed = agreed;
        _numbers.Remember(agreed.Formats);
    }

    // The same text keeps its version; any change raises it by one (RFC 3264 §8).
    private byte[] Send(DescriptionText text)
    {
        var bytes = text.Write(SessionId, _version);
        if (_lastSent is not null && !bytes.AsSpan().SequenceEqual(_lastSent)) bytes = text.Write(SessionId, ++_version);
        _lastSent = bytes;
        return bytes;
    }

    // A 200 repeats what a reliable 183 said, and a retransmission repeats everything.
    private NegotiationResult RepeatedAnswer(ReadOnlySpan<byte> sdp) =>
        _lastAnswer is not null && sdp.SequenceEqual(_lastAnswer)
            ? new NegotiationResult(NegotiationFailure.None, default, Current, "")
            : NegotiationResult.Refused(NegotiationFailure.UnexpectedAnswer, "an answer came that nothing was offered for");

    private static NegotiationResult Malformed(SdpError error) =>
        NegotiationResult.Refused(NegotiationFailure.Malformed, $"no session description: {error}");
}
