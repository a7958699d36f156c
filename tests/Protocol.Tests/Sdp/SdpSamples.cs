// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>Descriptions and capabilities that several tests use.</summary>
internal static class SdpSamples
{
    public const string Suite80 = "AES_CM_128_HMAC_SHA1_80";
    public const string KeyA = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    public const string KeyB = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
    public const string GcmKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==";

    public static readonly LocalCodec Opus = new("opus", 48000, 2, 96, "useinbandfec=1");
    public static readonly LocalCodec G722 = new("G722", 8000, 1, 9);
    public static readonly LocalCodec Pcmu = new("PCMU", 8000, 1, 0);
    public static readonly LocalCodec Pcma = new("PCMA", 8000, 1, 8);
    public static readonly LocalCodec Event8 = new("telephone-event", 8000, 1, 101, "0-15");
    public static readonly LocalCodec Event48 = new("telephone-event", 48000, 1, 100, "0-15");

    public static LocalMedia Clear(params LocalCodec[] codecs) => new()
    {
        Codecs = codecs.Length > 0 ? codecs : [Opus, G722, Pcmu, Pcma, Event48, Event8],
        Address = IPAddress.Parse("192.0.2.10"),
        Port = 40000,
        Security = MediaSecurityPolicy.None,
    };

    public static LocalMedia Secure(string key, params LocalCodec[] codecs) => Clear(codecs) with
    {
        Security = MediaSecurityPolicy.Sdes,
        Crypto = [new LocalCrypto("AEAD_AES_128_GCM", GcmKey), new LocalCrypto(Suite80, key)],
    };

    public static byte[] Bytes(params string[] lines) => Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n");

    /// <summary>A whole description around the given media lines.</summary>
    public static byte[] Described(params string[] media) =>
        Bytes(["v=0", "o=alice 2890844526 2890844526 IN IP4 host.anywhere.example", "s=", "c=IN IP4 198.51.100.1", "t=0 0", .. media]);

    public static SessionDescription Parse(ReadOnlySpan<byte> text)
    {
        Assert.True(SessionDescription.TryParse(text, out var description, out var error), error.ToString());
        return description!;
    }

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static string[] Lines(ReadOnlyMemory<byte> bytes) => Text(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Answers an offer in one step.</summary>
    public static NegotiationResult Answer(LocalMedia local, byte[] offer)
    {
        var side = new OfferAnswer(7);
        var heard = side.HandleOffer(offer);
        return heard.Accepted ? side.CreateAnswer(local) : heard;
    }

    /// <summary>Two sides that have agreed once.</summary>
    public static (OfferAnswer Caller, OfferAnswer Callee) Call(LocalMedia caller, LocalMedia callee)
    {
        var a = new OfferAnswer(1000);
        var b = new OfferAnswer(2000);
        Exchange(a, caller, b, callee);
        return (a, b);
    }

    public static (NegotiatedMedia Offerer, NegotiatedMedia Answerer) Exchange(OfferAnswer a, LocalMedia la, OfferAnswer b, LocalMedia lb)
    {
        var offer = a.CreateOffer(la);
        Assert.True(b.HandleOffer(offer.Span).Accepted);
        var answer = b.CreateAnswer(lb);
        Assert.True(answer.Accepted, answer.Reason);
        var agreed = a.HandleAnswer(answer.Sdp.Span);
        Assert.True(agreed.Accepted, agreed.Reason);
        return (agreed.Media!, answer.Media!);
    }
}
