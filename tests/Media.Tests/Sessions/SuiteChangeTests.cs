// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

public class SuiteChangeTests
{
    [Fact]
    public void BackAtASuiteNoIndexIsUsedTwice()
    {
        const string Cm = "AES_CM_128_HMAC_SHA1_80", Gcm = "AEAD_AES_128_GCM";
        var negotiator = new MediaNegotiator(new() { Codecs = ["pcmu"] }, new TestRandom(7), new PlainCodecs()) { Local = new(IPAddress.Loopback, 4000) };
        var (phone, _) = PaperKeys.Pair(encrypted: false, begin: false);
        var first = Agree(negotiator, phone, Cm, 30);
        uint before = ReportIndex(first);
        var second = Agree(negotiator, phone, Gcm, 28);
        var third = Agree(negotiator, phone, Cm, 30);
        Assert.NotSame(first, second);
        Assert.Equal(before + 1, ReportIndex(third));
        phone.Media.Close(Instant.FromMilliseconds(2000));
    }

    private static Protocol.Srtp.SrtpContext Agree(MediaNegotiator negotiator, PaperPhone phone, string suite, int keyLength)
    {
        string key = Convert.ToBase64String(Enumerable.Repeat((byte)keyLength, keyLength).ToArray());
        string offer = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/SAVP 0\r\na=crypto:1 {suite} inline:{key}\r\n";
        Assert.True(negotiator.AcceptOffer(Encoding.ASCII.GetBytes(offer)).Accepted);
        phone.Media.Apply(Instant.FromMilliseconds(1000), negotiator.Plan!);
        return negotiator.Plan!.Transport.Outbound!;
    }

    // | report, 8 bytes | E, index | tag |
    private static uint ReportIndex(Protocol.Srtp.SrtpContext context)
    {
        var report = new byte[64];
        (report[0], report[1], report[3]) = (0x80, 201, 1);
        Assert.True(context.TryProtectRtcp(report, 8, out _));
        return BinaryPrimitives.ReadUInt32BigEndian(report.AsSpan(8)) & 0x7fff_ffff;
    }
}
