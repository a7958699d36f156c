// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.Opus;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Codecs;

/// <summary>The codecs of <see cref="CodecCatalogue"/>, made as both sides wish.</summary>
/// <remarks>Thread: the control thread.</remarks>
internal sealed class MediaCodecs : IMediaCodecs
{
    /// <inheritdoc/>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">The codec's library is not there.</exception>
    public IAudioEncoder CreateEncoder(NegotiatedCodec codec, MediaSessionOptions options, double packetTimeMs) =>
        Named(codec.Name).CreateEncoder48k(OpusSettings(OpusParameters.From(codec.RemoteFormat), options));

    /// <inheritdoc/>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">The codec's library is not there.</exception>
    public IAudioDecoder CreateDecoder(NegotiatedCodec codec) => Named(codec.Name).CreateDecoder48k();

    /// <summary>What the peer wishes to receive (RFC 7587 §6.1) bounds what we would send.</summary>
    internal static OpusEncoderSettings OpusSettings(OpusParameters peer, MediaSessionOptions ours) => new()
    {
        Bitrate = Math.Min(ours.Bitrate, peer.MaxAverageBitrate ?? int.MaxValue),
        Complexity = ours.Complexity,
        Vbr = !peer.ConstantBitrate,
        // usedtx is a preference of the receiver: it permits, it does not demand.
        Dtx = ours.Dtx && peer.Dtx,
        InbandFec = ours.Fec && peer.InbandFec,
        PacketLossPercent = ours.Fec && peer.InbandFec ? 5 : 0,
        MaxPlaybackRate = peer.MaxPlaybackRate,
    };

    private static AudioCodec Named(string name) => CodecCatalogue.Find(name) ?? throw new ArgumentException($"no codec '{name}'", nameof(name));
}
