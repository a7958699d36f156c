// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Audio.Ends;
using Earshot.Media.Transport;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>The media of one call, between a sound card's end and a socket.</summary>
/// <remarks>
/// Thread: negotiation and control from one thread at a time (the signalling loop); <see cref="Capture"/> on capture,
/// <see cref="Play"/> on playback; <see cref="GetStatistics"/> and <see cref="Facts"/> from any.
/// </remarks>
internal sealed class MediaSession : IVoice, IDisposable
{
    internal MediaSession(MediaEngine engine, MediaSessionOptions options)
    {
        _ = engine;
        Options = options;
    }

    /// <summary>As given.</summary>
    public MediaSessionOptions Options { get; }

    /// <summary>What is agreed now; null before the first answer.</summary>
    public MediaFacts? Facts => throw new NotImplementedException();

    /// <summary>Silence is sent instead of the microphone.</summary>
    public bool Mute { get; set; }

    /// <summary>From <see cref="Play"/> to the converter, as the end knows it; part of the mouth-to-ear figure.</summary>
    public TimeSpan PlaybackLatency { get; set; }

    /// <summary>Opens the sockets if need be and writes the first offer.</summary>
    /// <param name="towardsPeer">Where the peer (or its proxy) is: the offer carries the address that the kernel routes towards it.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound; the message names it.</exception>
    public ReadOnlyMemory<byte> CreateOffer(IPAddress towardsPeer) => throw new NotImplementedException();

    /// <summary>Answers the peer's first offer. The session may be started at once (early media).</summary>
    /// <param name="sdp">The offer.</param>
    /// <param name="towardsPeer">Where the peer (or its proxy) is.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound; the message names it.</exception>
    public MediaNegotiationResult AcceptOffer(ReadOnlyMemory<byte> sdp, IPAddress towardsPeer) => throw new NotImplementedException();

    /// <summary>Takes the peer's answer to our offer, from a 183, a 200 or an ACK. The same answer again changes nothing.</summary>
    /// <param name="sdp">The answer.</param>
    /// <param name="final">False for one in an unreliable provisional response: a later answer may differ.</param>
    public MediaNegotiationResult AcceptAnswer(ReadOnlyMemory<byte> sdp, bool final = true) => throw new NotImplementedException();

    /// <summary>Forgets our open offer: it was refused or overtaken (491, 488, CANCEL). What was agreed before goes on.</summary>
    public void Rollback() => throw new NotImplementedException();

    /// <summary>Writes a new offer in a running call: hold (<see cref="MediaDirection.SendOnly"/>), resume, other codecs.</summary>
    /// <param name="direction">Which way media shall flow.</param>
    /// <param name="codecs">Codec names in order; null keeps those of the session.</param>
    public ReadOnlyMemory<byte> CreateReoffer(MediaDirection direction, IReadOnlyList<string>? codecs = null) => throw new NotImplementedException();

    /// <summary>Answers the peer's new offer in a running call. A refusal leaves the call as it was.</summary>
    public MediaNegotiationResult AcceptReoffer(ReadOnlyMemory<byte> sdp) => throw new NotImplementedException();

    /// <summary>Lets media flow once something is agreed. Nothing is sent or played before.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Stops media for good, with RTCP BYE. <see cref="GetStatistics"/> still answers.</summary>
    public void Stop() => throw new NotImplementedException();

    /// <summary>Queues a key as telephone-event (RFC 4733).</summary>
    /// <param name="digit"><c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c>.</param>
    /// <param name="duration">40 ms to 6 s.</param>
    /// <returns>False when the peer takes no telephone-event, or too many wait.</returns>
    /// <exception cref="ArgumentException">No such key, or an impossible duration.</exception>
    public bool SendDtmf(char digit, TimeSpan duration) => throw new NotImplementedException();

    /// <summary>Echoes what is heard back to the peer, after playout and encoding anew, on the worker's own clock. Takes the place of a sound card.</summary>
    public void AttachEcho() => throw new NotImplementedException();

    /// <summary>Counters now.</summary>
    public MediaStatistics GetStatistics() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt) => throw new NotImplementedException();

    /// <summary>Stops, then frees the ports and codecs.</summary>
    public void Dispose() => throw new NotImplementedException();
}
