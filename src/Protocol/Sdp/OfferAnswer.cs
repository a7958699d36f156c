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
/// <remarks>Thread: the owner's; one at a time.</remarks>
internal sealed class OfferAnswer
{
    /// <summary>A call without anything agreed yet.</summary>
    /// <param name="sessionId">The number of our o= line; drawn by the caller, below 2^62.</param>
    public OfferAnswer(ulong sessionId) => SessionId = sessionId;

    /// <summary>The number of our o= line.</summary>
    public ulong SessionId { get; }

    /// <summary>What is open.</summary>
    public NegotiationState State { get; private set; }

    /// <summary>What was agreed last; null before the first answer.</summary>
    public NegotiatedMedia? Current { get; private set; }

    /// <summary>Writes an offer, the first or a new one, and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">An offer is open already.</exception>
    public ReadOnlyMemory<byte> CreateOffer(LocalMedia local) => throw new NotImplementedException();

    /// <summary>Takes the answer to our offer.</summary>
    /// <param name="sdp">Its bytes; copied.</param>
    /// <param name="final">False for one in an unreliable provisional response: the offer stays open, a later answer may differ.</param>
    public NegotiationResult HandleAnswer(ReadOnlySpan<byte> sdp, bool final = true) => throw new NotImplementedException();

    /// <summary>Takes the peer's offer, which then waits for <see cref="CreateAnswer"/> or <see cref="Rollback"/>.</summary>
    public NegotiationResult HandleOffer(ReadOnlySpan<byte> sdp) => throw new NotImplementedException();

    /// <summary>What <see cref="CreateAnswer"/> would say, without changing anything: to refuse a call before it rings.</summary>
    public NegotiationResult PreviewAnswer(LocalMedia local) => throw new NotImplementedException();

    /// <summary>Answers the offer that waits. A refusal drops that offer: the state is then as before it.</summary>
    /// <exception cref="InvalidOperationException">No offer waits.</exception>
    public NegotiationResult CreateAnswer(LocalMedia local) => throw new NotImplementedException();

    /// <summary>Forgets the open offer, ours or theirs. What was agreed before goes on.</summary>
    public void Rollback() => throw new NotImplementedException();
}
