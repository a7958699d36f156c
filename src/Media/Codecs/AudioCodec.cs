// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.G711;
using Earshot.Media.Codecs.G722;
using Earshot.Media.Codecs.Opus;

namespace Earshot.Media.Codecs;

/// <summary>One codec as the session description names it, and how to make its two halves.</summary>
/// <param name="Name">The encoding name of its rtpmap: <c>opus</c>, <c>G722</c>, <c>PCMU</c>, <c>PCMA</c>.</param>
/// <param name="StaticPayloadType">RFC 3551's number; −1 when it is given dynamically.</param>
/// <param name="ClockRate">Hz of the RTP time stamp.</param>
/// <param name="SampleRate">Hz of the sound.</param>
/// <param name="SdpChannels">What the rtpmap says: 2 for opus, whatever is in the packets (RFC 7587 §4.1).</param>
internal sealed record AudioCodec(string Name, int StaticPayloadType, int ClockRate, int SampleRate, int SdpChannels)
{
    /// <summary>Makes an encoder that takes 48 kHz, whatever the codec's own rate.</summary>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">Its library is not there.</exception>
    public IAudioEncoder CreateEncoder48k(OpusEncoderSettings? settings = null) =>
        SampleRate == 48000 ? CreateEncoder(settings) : new ResampledEncoder(CreateEncoder(settings));

    /// <summary>Makes a decoder that gives 48 kHz, whatever the codec's own rate.</summary>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">Its library is not there.</exception>
    public IAudioDecoder CreateDecoder48k() => SampleRate == 48000 ? CreateDecoder() : new ResampledDecoder(CreateDecoder());

    /// <summary>Makes an encoder.</summary>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">Its library is not there.</exception>
    public IAudioEncoder CreateEncoder(OpusEncoderSettings? settings = null) => Name switch
    {
        "opus" => new OpusEncoder(settings ?? new OpusEncoderSettings()),
        "G722" => new G722Encoder(),
        "PCMU" => new G711Encoder(G711Law.Mu),
        _ => new G711Encoder(G711Law.A),
    };

    /// <summary>Makes a decoder.</summary>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">Its library is not there.</exception>
    public IAudioDecoder CreateDecoder() => Name switch
    {
        "opus" => new OpusDecoder(),
        "G722" => new G722Decoder(),
        "PCMU" => new G711Decoder(G711Law.Mu),
        _ => new G711Decoder(G711Law.A),
    };
}

/// <summary>The codecs there are.</summary>
internal static class CodecCatalogue
{
    public static readonly AudioCodec Opus = new("opus", -1, 48000, 48000, 2);
    public static readonly AudioCodec G722 = new("G722", 9, 8000, 16000, 1);
    public static readonly AudioCodec Pcmu = new("PCMU", 0, 8000, 8000, 1);
    public static readonly AudioCodec Pcma = new("PCMA", 8, 8000, 8000, 1);

    /// <summary>Best first.</summary>
    public static readonly IReadOnlyList<AudioCodec> All = [Opus, G722, Pcmu, Pcma];

    /// <summary>Finds a codec by name, in any case; null when there is none.</summary>
    public static AudioCodec? Find(string name) => All.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
