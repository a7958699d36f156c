// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Sdp;

/// <summary>Decides the answer to an offer (RFC 3264 §6): which stream, which codecs, which key, which way.</summary>
internal sealed class Answering
{
    private readonly SessionDescription _offer;
    private readonly LocalMedia _local;
    private readonly bool _mustEncrypt;
    private readonly bool _byDtls;
    private DtlsDescription? _peer;
    private IceReading _ice;

    private Answering(SessionDescription offer, LocalMedia local, bool mustEncrypt, bool byDtls)
    {
        _offer = offer;
        _local = local;
        _mustEncrypt = mustEncrypt;
        _byDtls = byDtls;
    }

    /// <summary>What the answer agrees to.</summary>
    public AgreedStream? Agreed { get; private set; }

    /// <summary>The answer.</summary>
    public DescriptionText? Text { get; private set; }

    /// <summary>Why there is none.</summary>
    public NegotiationResult Refusal { get; private set; }

    /// <summary>Decides.</summary>
    /// <param name="offer">The peer's offer.</param>
    /// <param name="local">What we bring.</param>
    /// <param name="previous">The stream agreed before, in whose place we look first; what was encrypted stays encrypted.</param>
    public static Answering To(SessionDescription offer, LocalMedia local, AgreedStream? previous)
    {
        var wasEncrypted = previous is { Media.IsEncrypted: true };
        var byDtls = wasEncrypted ? previous!.Media.Dtls is not null : local.Security == MediaSecurityPolicy.Dtls;
        var answering = new Answering(offer, local, wasEncrypted || local.Security != MediaSecurityPolicy.None, byDtls);
        answering.Choose(previous?.Index ?? 0);
        return answering;
    }

    /// <summary>The answer will be sent: what it says of DTLS and ICE holds from now on.</summary>
    /// <exception cref="ArgumentException">Keys come by DTLS, and there is no negotiation for it.</exception>
    public void Commit()
    {
        if (Agreed is { } stream && _local.Ice is { } ice)
        {
            Agreed = stream with { Media = stream.Media with { Ice = ice.HandleOffer(_ice, out var lines) } };
            Text = Text! with { Ice = lines };
        }

        if (_peer is not { } peer || Agreed is not { } agreed) return;
        var negotiation = _local.Dtls ?? throw new ArgumentException("The answer is encrypted by DTLS: supply LocalMedia.Dtls.");
        var agreement = negotiation.HandleOffer(peer, out var ours);
        Agreed = agreed with { Media = agreed.Media with { Dtls = agreement } };
        Text = Text! with { Keying = ours.ToAttributes() };
    }

    // The first audio stream that can be agreed to is taken; when none can, the reason is the first one's.
    private void Choose(int preferred)
    {
        Refusal = NegotiationResult.Refused(NegotiationFailure.NoAudio, "the offer has no audio stream");
        var isFirst = true;
        for (var i = -1; i < _offer.Media.Length && Agreed is null; i++)
        {
            var index = i < 0 ? preferred : i;
            if ((i == preferred && i >= 0) || index >= _offer.Media.Length) continue;
            var media = _offer.Media[index];
            if (!media.IsAudio || media.Port == 0) continue;
            var refusal = TryStream(media, index);
            if (refusal is { } why && isFirst) Refusal = why;
            isFirst = false;
        }
    }

    private NegotiationResult? TryStream(MediaDescription media, int index)
    {
        var profile = MediaProfiles.Of(media.Protocol);
        if (profile == MediaProfile.Unknown || (profile == MediaProfile.Dtls && !_byDtls))
            return NegotiationResult.Refused(
                NegotiationFailure.UnsupportedProfile,
                profile == MediaProfile.Dtls ? "the peer offers keys by DTLS, which this phone does not allow" : $"the peer offers {media.ProtocolText}, which is not spoken here");
        if (RemoteStream.TryRead(_offer, media) is not { } remote)
            return NegotiationResult.Refused(NegotiationFailure.UnsupportedAddress, "the offer's address is missing, or no numeric unicast one");
        var match = CodecMatch.WithOffer(remote.Formats, _local);
        if (match.Codecs.Count == 0)
            return NegotiationResult.Refused(NegotiationFailure.NoCommonCodec, "the peer offers no codec that is spoken here");
        if (_byDtls && DtlsReading.FromOffer(_offer, media, out _peer) is { } refusal) return refusal;
        var chosen = _byDtls ? null : CryptoSelection.FromOffer(media, _local);
        if (!_byDtls && chosen is null && (profile == MediaProfile.Secure || _mustEncrypt)) return WithoutCrypto(media, profile);
        _ice = IceReading.Of(_offer, media, remote.Rtp);
        Agree(media, index, remote, match, chosen);
        return null;
    }

    private static NegotiationResult WithoutCrypto(MediaDescription media, MediaProfile profile) =>
        profile == MediaProfile.Secure || media.HasAttribute("crypto"u8)
            ? NegotiationResult.Refused(NegotiationFailure.NoCommonCrypto, "the peer offers no SRTP suite and key that can be used here")
            : NegotiationResult.Refused(NegotiationFailure.EncryptionRequired, "the peer offers clear media, and this call must be encrypted");

    private void Agree(
        MediaDescription media, int index, RemoteStream remote, CodecMatch match, (CryptoAttribute Line, LocalCrypto Ours)? chosen)
    {
        if (_local.AnswerOneCodec) match = OneOf(match);
        var direction = _local.Direction & remote.Direction.Mirrored();
        var mux = _local.RtcpMux && remote.RtcpMux;
        NegotiatedCrypto? crypto = chosen is { } c ? CryptoSelection.Agreed(c.Line, c.Ours) : null;
        List<NumberedCodec> formats = [.. match.Codecs.Concat(NoiseOf(match)).Concat(match.Events).Concat(RedundancyOf(match)).Select(Numbered)];
        byte[]?[] slots = [.. _offer.Media.ToArray().Select((m, i) => i == index ? null : DescriptionText.Refusal(m))];
        var profile = Encoding.ASCII.GetString(media.Protocol);
        var agreed = AgreedStream.Join(remote, _local, match, crypto, direction, mux);
        var mid = media.TryGetAttribute("mid"u8, out var name) ? name.ToArray() : null;
        var isBundled = mid is not null && Bundling.Names(_offer, mid);
        Agreed = new AgreedStream(agreed, formats, index, slots, profile) { Mid = mid, IsBundled = isBundled };
        Text = new DescriptionText
        {
            Local = _local,
            Slots = slots,
            Profile = profile,
            Formats = formats,
            Direction = direction,
            RtcpMux = mux,
            ExtendedReports = _local.ExtendedReports ? ExtendedReports.Answer(remote, direction) : null,
            Keying = chosen is { } taken ? [CryptoAttribute.Write(taken.Line.Tag, taken.Ours.Suite, taken.Ours.InlineKey)] : [],
            Time = _offer.TryGetLine('t', out var time) ? time.ToArray() : "0 0"u8.ToArray(),
            Mid = mid,
            IsBundled = isBundled,
        };
    }

    private static CodecMatch OneOf(CodecMatch match) => new([match.Codecs[0]], match.Event is { } e ? [e] : [], RedundancyOf(match), NoiseOf(match));

    private static List<NegotiatedCodec> NoiseOf(CodecMatch match) => match.Noise is { } noise ? [noise] : [];

    private static List<NegotiatedCodec> RedundancyOf(CodecMatch match) => match.Redundancy is { } redundancy ? [redundancy] : [];

    private NumberedCodec Numbered(NegotiatedCodec codec) => new(
        codec.ReceivePayloadType,
        _local.Codecs.First(c => c.Name == codec.Name && c.ClockRate == codec.ClockRate && c.Channels == codec.Channels));
}
