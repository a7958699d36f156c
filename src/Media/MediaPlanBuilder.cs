// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media;

/// <summary>Makes an agreement ready: codecs, SRTP contexts, snapshots. What has not changed is kept, so that a hold restarts nothing.</summary>
/// <remarks>Thread: the control thread. It allocates here, so that no real-time thread has to.</remarks>
internal sealed class MediaPlanBuilder(MediaSessionOptions options, IMediaCodecs codecs)
{
    private const int KeptInbound = 4;

    private readonly Dictionary<(string Name, int ClockRate), IAudioDecoder> _decoders = [];
    private NegotiatedCodec? _encoderFor;
    private IAudioEncoder? _encoder;
    private double _encoderPacketTime;
    private readonly Dictionary<string, SrtpContext> _outbound = [];
    private readonly List<(string Key, SrtpContext Context)> _inbound = [];

    /// <summary>Builds the plan of an agreement.</summary>
    public MediaPlan Build(NegotiatedMedia media, IPEndPoint local)
    {
        var outbound = media.Crypto is { } crypto ? OutboundFor(crypto) : null;
        var inbound = media.Crypto is { } theirs ? InboundFor(theirs) : null;
        var transport = new TransportPlan(
            PeerAddress.From(media.RemoteRtp), PeerAddress.From(media.RemoteRtcp), media.RtcpMux,
            outbound, inbound)
        { Kept = [.. _inbound.Select(kept => kept.Context)], ByDtls = media.Dtls is not null, ByIce = media.Ice is not null };
        double packetTime = PacketTimeOf(media);
        var send = new SendPlan(
            EncoderFor(media.Codec, packetTime), media.Codec.SendPayloadType, media.Codec.ClockRate, (int)(packetTime * 48),
            media.TelephoneEvent?.SendPayloadType ?? -1, media.TelephoneEvent?.ClockRate ?? 8000, media.Direction.Sends())
        {
            RedundancyPayloadType = media.Redundancy?.SendPayloadType ?? -1,
            Limits = options.Adapt ? MediaCodecs.LimitsOf(media, options, (int)(packetTime * 48)) : null,
        };
        bool receives = media.Direction.Receives();
        var receive = new ReceivePlan(
            SetOf(media), media.TelephoneEvent?.ReceivePayloadType ?? -1, media.Codec.ClockRate, receives, receives)
        { RedundancyPayloadType = media.Redundancy?.ReceivePayloadType ?? -1 };
        return new(transport, send, receive, new PlaybackPlan(DecodersFor(media), receives), FactsOf(media, local, packetTime))
        {
            Reports = media.ExtendedReports,
            ReportInterval = RtcpScheduler.IntervalFor(2 * RateOf(media, packetTime) / 1000, media.HasFeedback),
            Dtls = media.Dtls,
            Ice = media.Ice,
        };
    }

    // Bits per second one way, headers included (RFC 3550 §6.2). In a call both speak: the session's bandwidth is that of two senders.
    private double RateOf(NegotiatedMedia media, double packetTime)
    {
        double codec = media.Codec.Name == "opus" ? MediaCodecs.OpusSettings(OpusParameters.From(media.Codec.RemoteFormat), options).Bitrate : 64_000;
        return codec + SendSettings.HeaderRate((int)(packetTime * 48));
    }

    // The same keys keep their contexts: rollover counter and replay window go on (RFC 3711 §3.2.1). Ours are kept over a change of
    // suite and back, too: with its counters at zero again a key would give the same key stream twice (§9.1). No more than there are suites.
    private SrtpContext OutboundFor(NegotiatedCrypto crypto)
    {
        string key = crypto.Suite + crypto.LocalKey;
        if (!_outbound.TryGetValue(key, out var context))
            _outbound[key] = context = Outbound(crypto);
        return context;
    }

    // The last few of the peer's keys keep theirs, too: were the replay window lost between A, B and A again, a recorded packet would open twice.
    // What falls off the list is the worker's to dispose.
    private SrtpContext InboundFor(NegotiatedCrypto crypto)
    {
        string key = $"{crypto.Suite}{crypto.RemoteKey}{crypto.RemoteMki}/{crypto.RemoteMkiLength}";
        int known = _inbound.FindIndex(kept => kept.Key == key);
        var entry = known >= 0 ? _inbound[known] : (key, Inbound(crypto));
        if (known >= 0)
            _inbound.RemoveAt(known);
        _inbound.Insert(0, entry);
        if (_inbound.Count > KeptInbound)
            _inbound.RemoveAt(KeptInbound);
        return entry.Item2;
    }

    private static SrtpContext Outbound(NegotiatedCrypto crypto)
    {
        using var key = MasterKey(crypto, crypto.LocalKey);
        return SrtpContext.ForSending(key);
    }

    private static SrtpContext Inbound(NegotiatedCrypto crypto)
    {
        Span<byte> mki = stackalloc byte[SrtpMasterKey.LongestMki];
        BinaryPrimitives.WriteUInt128BigEndian(mki, crypto.RemoteMki);
        ulong lifetime = crypto.RemoteLifetime > ulong.MaxValue ? 0 : (ulong)crypto.RemoteLifetime;
        using var key = MasterKey(crypto, crypto.RemoteKey, lifetime, mki[^Math.Min(mki.Length, crypto.RemoteMkiLength)..]);
        return SrtpContext.ForReceiving(key);
    }

    // On the stack and zeroed: no copy of the key waits in the heap for a collection.
    private static SrtpMasterKey MasterKey(NegotiatedCrypto crypto, string inline, ulong lifetime = 0, ReadOnlySpan<byte> mki = default)
    {
        Span<byte> bytes = stackalloc byte[64];
        try
        {
            if (!Convert.TryFromBase64String(inline, bytes, out int length))
                throw new InvalidOperationException($"agreed upon a key that is none of {crypto.Suite}");
            return new SrtpMasterKey(ProfileOf(crypto), bytes[..length], lifetime, mki);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    // Negotiation chose among the suites that we named.
    private static SrtpProfile ProfileOf(NegotiatedCrypto crypto) =>
        SrtpProfile.TryFind(crypto.Suite, out var profile) ? profile : throw new InvalidOperationException($"agreed upon {crypto.Suite}, which we never named");

    private IAudioEncoder EncoderFor(NegotiatedCodec codec, double packetTime)
    {
        if (_encoder is null || _encoderFor != codec || _encoderPacketTime != packetTime)
            (_encoder, _encoderFor, _encoderPacketTime) = (codecs.CreateEncoder(codec, options, packetTime), codec, packetTime);
        return _encoder;
    }

    // By codec and not by number: decoders live until the call's end, and a peer may give a number another meaning with every offer.
    private List<(byte PayloadType, IAudioDecoder Decoder)> DecodersFor(NegotiatedMedia media)
    {
        var all = new List<(byte, IAudioDecoder)>();
        foreach (var codec in media.Codecs)
            all.Add(((byte)codec.ReceivePayloadType, DecoderOf(codec.Name, codec.ClockRate, () => codecs.CreateDecoder(codec))));
        if (NoiseTypeOf(media) is >= 0 and var noise)
            all.Add(((byte)noise, DecoderOf("CN", 8000, static () => new ComfortNoise())));
        return all;
    }

    private IAudioDecoder DecoderOf(string name, int clockRate, Func<IAudioDecoder> create)
    {
        if (!_decoders.TryGetValue((name, clockRate), out var decoder))
            _decoders[(name, clockRate)] = decoder = create();
        return decoder;
    }

    // An answerer may ask for 30 ms, which opus cannot do: the next shorter of what every codec here can.
    private static double PacketTimeOf(NegotiatedMedia media)
    {
        ReadOnlySpan<double> possible = media.Codec.Name == "opus" ? [60, 40, 20, 10, 5, 2.5] : [60, 40, 30, 20, 10];
        foreach (double time in possible)
        {
            if (time <= media.PacketTime)
                return time;
        }

        return possible[^1];
    }

    // Many gateways send it at pauses without ever having said so: with a codec of its clock, 13 means nothing else (RFC 3551 §6).
    private static int NoiseTypeOf(NegotiatedMedia media) =>
        media.ComfortNoise?.ReceivePayloadType
        ?? (media.Codecs.All(codec => codec.ReceivePayloadType != ComfortNoise.PayloadType) && media.Codecs.Any(codec => codec.ClockRate == 8000)
            ? ComfortNoise.PayloadType : -1);

    private static UInt128 SetOf(NegotiatedMedia media)
    {
        UInt128 set = NoiseTypeOf(media) is >= 0 and var noise ? UInt128.One << noise : 0;
        foreach (var codec in media.Codecs)
            set |= UInt128.One << codec.ReceivePayloadType;
        return set;
    }

    private static MediaFacts FactsOf(NegotiatedMedia media, IPEndPoint local, double packetTime)
    {
        string name = media.Codec.Name.ToLowerInvariant();
        return new(
            name, name switch { "opus" => 48000, "g722" => 16000, _ => 8000 }, packetTime, media.Crypto?.Suite, local, media.RemoteRtp,
            media.Direction, media.HeldByRemote, media.RtcpMux, media.TelephoneEvent is not null)
        { Ice = media.Ice is null ? "off" : "none", KeyExchange = media.Dtls is not null ? "dtls" : media.Crypto is not null ? "sdes" : "none" };
    }
}
