// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>A stream that both sides agreed to, and how our description of it looks.</summary>
/// <param name="Media">What was agreed.</param>
/// <param name="Formats">Our formats with their numbers.</param>
/// <param name="Index">The place of its m= line.</param>
/// <param name="Slots">All m= lines in order: null for the stream, else the refused line's value.</param>
/// <param name="Profile">The transport, kept in later offers.</param>
internal sealed record AgreedStream(
    NegotiatedMedia Media, List<NumberedCodec> Formats, int Index, IReadOnlyList<byte[]?> Slots, string Profile)
{
    /// <summary>The stream's mid (RFC 5888), kept in later offers; null for none.</summary>
    public byte[]? Mid { get; init; }

    /// <summary>The stream is in a BUNDLE group (RFC 8843), as its only member on our side.</summary>
    public bool IsBundled { get; init; }

    /// <summary>Joins what both sides said.</summary>
    public static NegotiatedMedia Join(
        RemoteStream remote, LocalMedia local, CodecMatch match, NegotiatedCrypto? crypto, MediaDirection direction, bool rtcpMux) => new()
        {
            Codecs = match.Codecs,
            TelephoneEvent = match.Event,
            ComfortNoise = match.Noise,
            Redundancy = match.Redundancy,
            RemoteRtp = remote.Rtp,
            RemoteRtcp = rtcpMux ? remote.Rtp : remote.Rtcp,
            RtcpMux = rtcpMux,
            Direction = direction,
            HeldByRemote = !remote.Direction.Receives(),
            PacketTime = remote.PacketTime(local.PacketTime),
            ExtendedReports = local.ExtendedReports ? ExtendedReports.Wished(remote) : ExtendedReports.Unasked,
            Crypto = crypto,
            Remote = remote.Session,
            RemoteAudio = remote.Audio,
        };
}
