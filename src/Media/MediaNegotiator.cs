// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>Turns what a session wishes for into offers and answers, and what is agreed into plans.</summary>
/// <remarks>Thread: the control thread.</remarks>
internal sealed class MediaNegotiator
{
    private readonly MediaSessionOptions _options;
    private readonly OfferAnswer _exchange;
    private readonly LocalKeys _keys;
    private readonly DtlsNegotiation? _dtls;
    private readonly MediaPlanBuilder _builder;
    private IReadOnlyList<string> _codecs;
    private IReadOnlyList<string> _codecsBefore;
    private MediaDirection _direction = MediaDirection.SendReceive;
    private MediaDirection _directionBefore = MediaDirection.SendReceive;

    /// <summary>Begins with nothing agreed.</summary>
    public MediaNegotiator(MediaSessionOptions options, IRandomSource random, IMediaCodecs makers)
    {
        _options = options;
        _codecs = _codecsBefore = options.Codecs;
        _keys = new LocalKeys(random);
        _dtls = options.Identity is { } identity ? new DtlsNegotiation(new FingerprintSet(identity.Fingerprint), random) : null;
        _builder = new MediaPlanBuilder(options, makers);
        Span<byte> id = stackalloc byte[8];
        random.Fill(id);
        _exchange = new OfferAnswer(BitConverter.ToUInt64(id) >> 2);
    }

    /// <summary>ICE, when the sockets are open; null without.</summary>
    public IceNegotiation? Ice { get; set; }

    /// <summary>Where media is received; set when the sockets open.</summary>
    public IPEndPoint Local { get; set; } = new(IPAddress.None, 0);

    /// <summary>The same as descriptions name it, where a NAT gives it another name; null where none does.</summary>
    public IPEndPoint? Advertised { get; set; }

    /// <summary>What is agreed now, made ready; null before the first answer.</summary>
    public MediaPlan? Plan { get; private set; }

    /// <summary>Writes an offer.</summary>
    /// <param name="direction">Which way media shall flow.</param>
    /// <param name="codecs">In order; null keeps those of before.</param>
    public ReadOnlyMemory<byte> CreateOffer(MediaDirection direction, IReadOnlyList<string>? codecs)
    {
        (_directionBefore, _codecsBefore) = (_direction, _codecs);
        var offer = _exchange.CreateOffer(Describe(direction, codecs ?? _codecs, _keys.ForOffer));
        (_direction, _codecs) = (direction, codecs ?? _codecs);
        return offer;
    }

    /// <summary>Takes an offer and answers it.</summary>
    /// <param name="sdp">The offer.</param>
    public MediaNegotiationResult AcceptOffer(ReadOnlySpan<byte> sdp)
    {
        var offered = _exchange.HandleOffer(sdp);
        if (!offered.Accepted)
            return Refused(offered);
        var answered = _exchange.CreateAnswer(Describe(_direction, _codecs, _keys.ForAnswer));
        return answered.Accepted ? Agreed(answered) : Refused(answered);
    }

    /// <summary>Takes an answer.</summary>
    public MediaNegotiationResult AcceptAnswer(ReadOnlySpan<byte> sdp, bool final)
    {
        var result = _exchange.HandleAnswer(sdp, final);
        return result.Accepted ? Agreed(result) : Refused(result);
    }

    /// <summary>Forgets the open offer.</summary>
    public void Rollback()
    {
        if (_exchange.State == NegotiationState.HaveLocalOffer)
            (_direction, _codecs) = (_directionBefore, _codecsBefore);
        if (_exchange.State == NegotiationState.HaveLocalOffer)
            _dtls?.Rollback();
        _exchange.Rollback();
    }

    private LocalMedia Describe(MediaDirection direction, IReadOnlyList<string> codecs, IReadOnlyList<LocalCrypto> keys) => new()
    {
        Codecs = CodecOffers.For(codecs, _options),
        Address = (Advertised ?? Local).Address,
        Port = (Advertised ?? Local).Port,
        Direction = direction,
        PacketTime = _options.PacketTime.TotalMilliseconds,
        ExtendedReports = true,
        Crypto = keys,
        Dtls = _dtls,
        Ice = Ice,
        Security = _options.Security,
    };

    private MediaNegotiationResult Agreed(NegotiationResult result)
    {
        var media = result.Media!;
        Plan = _builder.Build(media, Local);
        return new(NegotiationFailure.None, result.Sdp, Plan.Facts, 0, "");
    }

    private static MediaNegotiationResult Refused(NegotiationResult result) =>
        new(result.Failure, default, null, result.SipStatus, result.Reason);
}
