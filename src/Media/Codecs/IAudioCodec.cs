// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs;

/// <summary>Turns 16-bit mono PCM at <see cref="SampleRate"/> into RTP payloads.</summary>
/// <remarks>Thread: one media worker at a time. Real-time: <see cref="Encode"/> neither allocates nor locks.</remarks>
public interface IAudioEncoder : IDisposable
{
    /// <summary>Hz of the PCM it takes: 8000 (PCMU, PCMA), 16000 (G722) or 48000 (opus).</summary>
    int SampleRate { get; }

    /// <summary>Hz of the RTP time stamp: 8000 for PCMU, PCMA and (RFC 3551 §4.5.2) G722, 48000 for opus.</summary>
    int RtpClockRate { get; }

    /// <summary>Encodes one frame.</summary>
    /// <param name="pcm">One frame: a whole number of the codec's units, e.g. 2.5, 5, 10, 20, 40 or 60 ms for opus.</param>
    /// <param name="payload">Receives the payload.</param>
    /// <returns>Bytes written; 0 when discontinuous transmission has nothing to send; −1 when the frame's length is not valid or the room too small.</returns>
    int Encode(ReadOnlySpan<short> pcm, Span<byte> payload);
}

/// <summary>Turns RTP payloads into 16-bit mono PCM at <see cref="SampleRate"/>.</summary>
/// <remarks>Thread: playback. Real-time: no member but Dispose allocates or locks. Bad bytes give −1, never an exception.</remarks>
public interface IAudioDecoder : IDisposable
{
    /// <summary>Hz of the PCM it gives: 8000, 16000 or 48000.</summary>
    int SampleRate { get; }

    /// <summary>Hz of the RTP time stamp.</summary>
    int RtpClockRate { get; }

    /// <summary>True when <see cref="Conceal"/> is the codec's own (opus); false when it only fades silence in.</summary>
    bool HasConcealment { get; }

    /// <summary>How long a payload plays, without decoding it.</summary>
    /// <returns>Samples at <see cref="SampleRate"/>; −1 when the payload is not valid.</returns>
    int PayloadSamples(ReadOnlySpan<byte> payload);

    /// <summary>Decodes one payload.</summary>
    /// <returns>Samples written; −1 when the payload is not valid.</returns>
    int Decode(ReadOnlySpan<byte> payload, Span<short> pcm);

    /// <summary>Whether a payload carries a copy of the frame before it in band (opus FEC), without decoding it.</summary>
    /// <param name="payload">A payload that is valid.</param>
    bool CarriesFec(ReadOnlySpan<byte> payload) => false;

    /// <summary>Decodes the copy of the frame before <paramref name="nextPayload"/> that it carries in band (opus FEC).</summary>
    /// <param name="nextPayload">The packet after the missing one.</param>
    /// <param name="pcm">Exactly as long as the missing frame.</param>
    /// <returns>Samples written; 0 when the payload carries none.</returns>
    int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm);

    /// <summary>Makes up sound for what is missing.</summary>
    /// <param name="pcm">Exactly as long as what is missing.</param>
    /// <returns>Samples written.</returns>
    int Conceal(Span<short> pcm);

    /// <summary>Forgets the past: a new stream begins.</summary>
    void Reset();
}
