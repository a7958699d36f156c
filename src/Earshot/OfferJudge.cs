// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;

namespace Earshot;

/// <summary>Tells whether a first offer can be answered, before any port, codec or thread is spent on it.</summary>
/// <remarks>Thread: any; keeps nothing.</remarks>
internal static class OfferJudge
{
    /// <summary>What answering would say; the description itself is not made.</summary>
    public static NegotiationResult Judge(ReadOnlySpan<byte> offer, MediaSessionOptions options, IRandomSource random)
    {
        var exchange = new OfferAnswer(0);
        var offered = exchange.HandleOffer(offer);
        return offered.Accepted ? exchange.PreviewAnswer(Ours(options, random)) : offered;
    }

    // Where media would be received does not matter yet, and the keys are nobody's: only their suites are compared.
    private static LocalMedia Ours(MediaSessionOptions options, IRandomSource random) => new()
    {
        Codecs = CodecOffers.For(options.Codecs, options),
        Address = IPAddress.Loopback,
        Port = 9,
        PacketTime = options.PacketTime.TotalMilliseconds,
        Crypto = new LocalKeys(random).ForAnswer,
        Security = options.Security,
    };
}
