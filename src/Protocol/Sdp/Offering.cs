// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Sdp;

/// <summary>An offer of ours, and how its answer is read (RFC 3264 §5, §7).</summary>
/// <param name="Local">What we brought.</param>
/// <param name="Text">The offer.</param>
/// <param name="Index">The place of our stream.</param>
internal sealed record Offering(LocalMedia Local, DescriptionText Text, int Index)
{
    private static readonly byte[] FirstMid = "0"u8.ToArray();

    /// <summary>Writes an offer: in a running call the m= lines keep their number and order (RFC 3264 §8).</summary>
    /// <exception cref="ArgumentException">Encryption is wanted, or was agreed before, and no keys are supplied; or no codec.</exception>
    public static Offering Of(LocalMedia local, AgreedStream? previous, PayloadNumbers numbers)
    {
        var way = WayOf(local, previous);
        if (way == MediaSecurityPolicy.Sdes && local.Crypto.Count == 0)
            throw new ArgumentException("The offer must be encrypted: supply a suite and key in LocalMedia.Crypto.", nameof(local));
        if (way == MediaSecurityPolicy.Dtls && local.Dtls is null)
            throw new ArgumentException("The offer is encrypted by DTLS: supply LocalMedia.Dtls.", nameof(local));
        if (local.Codecs.Count == 0) throw new ArgumentException("An offer needs a codec in LocalMedia.Codecs.", nameof(local));
        var byDtls = way == MediaSecurityPolicy.Dtls;
        var keepsProfile = previous is not null && WayOf(previous.Media) == way;
        var text = new DescriptionText
        {
            Local = local,
            Slots = previous?.Slots ?? [null],
            Profile = keepsProfile ? previous!.Profile : ProfileOf(way),
            Formats = numbers.Assign(local.Codecs),
            Direction = local.Direction,
            RtcpMux = local.RtcpMux,
            ExtendedReports = local.ExtendedReports ? ExtendedReports.Offer : null,
            Keying = KeyingOf(local, way),
            Ice = local.Ice?.CreateOffer() ?? [],
            // Browsers that bundle everything take no offer without a group (RFC 8843 §7.2), and candidates that follow name the stream (RFC 8840 §4.4); who
            // does not know the lines passes over them.
            Mid = previous is null ? byDtls || local.Ice is { Announces: true } ? FirstMid : null : previous.Mid,
            IsBundled = previous is null ? byDtls : previous.IsBundled,
        };
        return new Offering(local, text, previous?.Index ?? 0) { Way = way };
    }

    /// <summary>How the offer is encrypted.</summary>
    public MediaSecurityPolicy Way { get; private init; }

    /// <summary>Reads the answer.</summary>
    public NegotiationResult Read(SessionDescription answer, out AgreedStream? agreed)
    {
        agreed = null;
        if (Index >= answer.Media.Length || !answer.Media[Index].IsAudio)
            return NegotiationResult.Refused(NegotiationFailure.Malformed, "the answer lacks the stream that was offered");
        var audio = answer.Media[Index];
        if (audio.Port == 0) return NegotiationResult.Refused(NegotiationFailure.NoAudio, "the peer refused the audio stream");
        if (RemoteStream.TryRead(answer, audio) is not { } remote)
            return NegotiationResult.Refused(NegotiationFailure.UnsupportedAddress, "the answer's address is missing, or no numeric unicast one");
        NegotiatedCrypto? crypto = null;
        DtlsDescription? dtls = null;
        var refusal = Way == MediaSecurityPolicy.Dtls ? DtlsReading.FromAnswer(answer, audio, out dtls) : ReadCrypto(audio, out crypto);
        if (refusal is { } why) return why;
        var match = CodecMatch.WithAnswer(remote.Formats, [.. Text.Formats]);
        if (match.Codecs.Count == 0)
            return NegotiationResult.Refused(NegotiationFailure.NoCommonCodec, "the answer names no codec that was offered");
        var direction = Local.Direction & remote.Direction.Mirrored();
        var media = AgreedStream.Join(remote, Local, match, crypto, direction, Local.RtcpMux && remote.RtcpMux);
        if (Local.Ice is { } ice) media = media with { Ice = ice.HandleAnswer(IceReading.Of(answer, audio, remote.Rtp)) };
        if (dtls is not null) media = media with { Dtls = Local.Dtls!.HandleAnswer(dtls) };
        agreed = new AgreedStream(media, [.. Text.Formats], Index, Text.Slots, Text.Profile)
        {
            Mid = Text.Mid,
            IsBundled = Text.IsBundled && Bundling.Names(answer, Text.Mid),
        };
        return new NegotiationResult(NegotiationFailure.None, default, media, "");
    }

    // What was encrypted stays so, and in the same way.
    private static MediaSecurityPolicy WayOf(LocalMedia local, AgreedStream? previous) =>
        previous is { Media.IsEncrypted: true } ? WayOf(previous.Media) : local.Security;

    private static MediaSecurityPolicy WayOf(NegotiatedMedia media) =>
        media.Dtls is not null ? MediaSecurityPolicy.Dtls
        : media.Crypto is not null ? MediaSecurityPolicy.Sdes
        : MediaSecurityPolicy.None;

    private static string ProfileOf(MediaSecurityPolicy way) => way switch
    {
        MediaSecurityPolicy.Dtls => DtlsDescription.OfferedProfile,
        MediaSecurityPolicy.Sdes => "RTP/SAVP",
        _ => "RTP/AVP",
    };

    private static IReadOnlyList<string> KeyingOf(LocalMedia local, MediaSecurityPolicy way) => way switch
    {
        MediaSecurityPolicy.Dtls => local.Dtls!.CreateOffer().ToAttributes(),
        MediaSecurityPolicy.Sdes => [.. local.Crypto.Select((c, i) => CryptoAttribute.Write(i + 1, c.Suite, c.InlineKey))],
        _ => [],
    };

    private NegotiationResult? ReadCrypto(MediaDescription audio, out NegotiatedCrypto? crypto)
    {
        crypto = null;
        var profile = MediaProfiles.Of(audio.Protocol);
        var isSecure = MediaProfiles.Of(System.Text.Encoding.ASCII.GetBytes(Text.Profile)) == MediaProfile.Secure;
        if (profile is MediaProfile.Unknown or MediaProfile.Dtls || (profile == MediaProfile.Secure && !isSecure))
            return NegotiationResult.Refused(NegotiationFailure.UnsupportedProfile, $"the peer answers {audio.ProtocolText}, which was not offered");
        if (Text.Keying.Count == 0) return null;
        var hasLine = audio.HasAttribute("crypto"u8);
        if (!hasLine || (isSecure && profile == MediaProfile.Clear))
            return NegotiationResult.Refused(NegotiationFailure.EncryptionRequired, "the peer answers with clear media, and this call must be encrypted");
        crypto = CryptoSelection.FromAnswer(audio, Local.Crypto);
        return crypto is not null
            ? null
            : NegotiationResult.Refused(NegotiationFailure.NoCommonCrypto, "the answer takes none of the SRTP suites that were offered");
    }
}
