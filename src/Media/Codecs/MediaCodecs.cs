// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Send;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Codecs;

/// <summary>The codecs of <see cref="CodecCatalogue"/>, made as both sides wish.</summary>
/// <remarks>Thread: the control thread.</remarks>
internal sealed class MediaCodecs : IMediaCodecs
{
    // A receiver of opus takes 120 ms unless it says otherwise (RFC 7587 §6.1); 60 ms are the longest frame.
    private const int LongestUnasked = 2880;

    /// <inheritdoc/>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">The codec's library is not there.</exception>
    public IAudioEncoder CreateEncoder(NegotiatedCodec codec, MediaSessionOptions options, double packetTimeMs) =>
        Named(codec.Name).CreateEncoder48k(OpusSettings(OpusParameters.From(codec.RemoteFormat), options));

    /// <inheritdoc/>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">The codec's library is not there.</exception>
    public IAudioDecoder CreateDecoder(NegotiatedCodec codec) => Named(codec.Name).CreateDecoder48k();

    /// <summary>What the peer wishes to receive (RFC 7587 §6.1) bounds what we would send.</summary>
    /// <remarks>In-band error correction is off until the peer reports loss: <see cref="LimitsOf"/>.</remarks>
    internal static OpusEncoderSettings OpusSettings(OpusParameters peer, MediaSessionOptions ours) => new()
    {
        Bitrate = Math.Min(ours.Bitrate, peer.MaxAverageBitrate ?? int.MaxValue),
        Complexity = ours.Complexity,
        Vbr = !peer.ConstantBitrate,
        // usedtx is a preference of the receiver: it permits, it does not demand.
        Dtx = ours.Dtx && peer.Dtx,
        MaxPlaybackRate = peer.MaxPlaybackRate,
    };

    /// <summary>How far sending may follow the network; null for a codec of one rate.</summary>
    /// <param name="media">As agreed.</param>
    /// <param name="ours">What we wish for.</param>
    /// <param name="frameSamples">Samples at 48 kHz in a packet.</param>
    internal static AdaptationLimits? LimitsOf(NegotiatedMedia media, MediaSessionOptions ours, int frameSamples)
    {
        if (media.Codec.Name != "opus")
            return null;
        var peer = OpusParameters.From(media.Codec.RemoteFormat);
        int bitrate = Math.Min(ours.Bitrate, peer.MaxAverageBitrate ?? int.MaxValue);
        // maxaveragebitrate is what the peer can receive at all: copies count (RFC 7587 §6.1).
        int ceiling = Math.Min(bitrate * 9 / 4, peer.MaxAverageBitrate ?? int.MaxValue);
        double most = media.RemoteAudio.Milliseconds("maxptime"u8);
        int longest = most > 0 ? Math.Max(frameSamples, (int)Math.Min(2880, most * 48)) : Math.Max(frameSamples, LongestUnasked);
        return new(bitrate, ceiling, frameSamples, longest, ours.Fec && peer.InbandFec, media.Redundancy is not null);
    }

    private static AudioCodec Named(string name) => CodecCatalogue.Find(name) ?? throw new ArgumentException($"no codec '{name}'", nameof(name));
}
