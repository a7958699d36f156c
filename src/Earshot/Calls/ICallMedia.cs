// SPDX-License-Identifier: MIT
namespace Earshot.Calls;

/// <summary>The media of one call as its decisions see it: session descriptions in and out, start and stop.</summary>
/// <remarks>Thread: the signalling loop, or a test in virtual time. Quick: at most opens a port.</remarks>
internal interface ICallMedia
{
    /// <summary>True when our offers take no clear media: a refusal of one may be a refusal of encryption.</summary>
    bool InsistsOnEncryption { get; }

    /// <summary>True while what is agreed has no keys yet: nothing is heard or said before.</summary>
    bool AwaitsKeys => false;

    /// <summary>No way to the other phone is found yet (ICE).</summary>
    bool AwaitsPath => false;

    /// <summary>The peer refused the way of encryption that was offered: the next offer is a first one again, with the next way that is allowed.</summary>
    /// <returns>False when there is none.</returns>
    bool TryNextSecurity() => false;

    /// <summary>The peer takes candidates that come after a description (RFC 8840), or does not. Told before each description of its.</summary>
    void NotePeer(bool takesCandidates)
    {
    }

    /// <summary>What the peer is to be told now of our candidates, and is then told; empty where there is nothing new.</summary>
    ReadOnlyMemory<byte> WriteCandidates() => default;

    /// <summary>The peer did not take them.</summary>
    void EndCandidates()
    {
    }

    /// <summary>Takes what the peer says of its candidates.</summary>
    void TakeCandidates(ReadOnlyMemory<byte> fragment)
    {
    }

    /// <summary>Writes an offer: the first, or one for what the user wishes now.</summary>
    MediaAnswer MakeOffer();

    /// <summary>Why the peer's first offer cannot be answered; null when it can. Takes no port: a call that only rings costs nothing but its words.</summary>
    CallEnd? Judge(ReadOnlyMemory<byte> offer);

    /// <summary>Answers the peer's offer, the first or a new one.</summary>
    MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer);

    /// <summary>Takes the peer's answer to our open offer.</summary>
    /// <param name="answer">The session description.</param>
    /// <param name="final">False leaves the offer open: a later answer replaces this one.</param>
    /// <returns>Null when taken, else why the call cannot be.</returns>
    CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final);

    /// <summary>Forgets the open offer.</summary>
    void RollBack();

    /// <summary>Lets media flow.</summary>
    void Start();

    /// <summary>Ends media for good.</summary>
    void Stop();
}

/// <summary>A session description of ours, or why there is none.</summary>
/// <param name="Sdp">Empty when refused.</param>
/// <param name="Refusal">Null when made.</param>
internal readonly record struct MediaAnswer(ReadOnlyMemory<byte> Sdp, CallEnd? Refusal = null);

/// <summary>Is told the steps of one call.</summary>
/// <remarks>Thread: as <see cref="ICallMedia"/>.</remarks>
internal interface ICallListener
{
    void OnRinging(int status, bool earlyMedia);

    void OnConnected();

    void OnChanged();

    void OnChangeRefused(int status, string message);

    void OnEnded(CallEnd end);
}
