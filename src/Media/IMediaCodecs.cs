// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>Makes encoders and decoders for what was agreed. All of them take and give 48 kHz.</summary>
/// <remarks>Thread: the control thread; may allocate and load libraries.</remarks>
internal interface IMediaCodecs
{
    /// <summary>An encoder.</summary>
    /// <param name="codec">As agreed; its remote format says what the peer wishes to receive.</param>
    /// <param name="options">Bit rate, complexity, discontinuous transmission, error correction.</param>
    /// <param name="packetTimeMs">Milliseconds in a packet.</param>
    IAudioEncoder CreateEncoder(NegotiatedCodec codec, MediaSessionOptions options, double packetTimeMs);

    /// <summary>A decoder.</summary>
    /// <param name="codec">As agreed.</param>
    IAudioDecoder CreateDecoder(NegotiatedCodec codec);
}
