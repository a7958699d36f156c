// SPDX-License-Identifier: MIT
using Earshot.Protocol.Srtp;

namespace Earshot.Protocol.Tests.Srtp;

/// <summary>Keys as RFC 4568 writes them, and what a context does with them.</summary>
public sealed class SdesCryptoTests
{
    // RFC 4568 §9.1; its lifetime is 2^20 and its identifier 1 in 4 bytes.
    private const string Key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    private const string Suite = "AES_CM_128_HMAC_SHA1_80";

    [Fact]
    public void TheExampleIsReadWithLifetimeAndIdentifier()
    {
        Assert.True(SdesCrypto.TryRead(Suite, Key, 1 << 20, 1, 4, out var key));
        using (key)
        {
            Assert.Equal("YS___semctl () {", System.Text.Encoding.ASCII.GetString(key!.Key));
            Assert.Equal("\t220;}\n}\nunles", System.Text.Encoding.ASCII.GetString(key.Salt));
            Assert.Equal(1UL << 20, key.Lifetime);
            Assert.Equal([0, 0, 0, 1], key.Mki.ToArray());
        }
    }

    [Theory]
    [InlineData("AES_CM_128_HMAC_SHA1_99", Key, 0)]
    [InlineData("aes_cm_128_hmac_sha1_80", Key, 0)]
    [InlineData(Suite, "", 0)]
    [InlineData(Suite, "!!!!", 0)]
    [InlineData(Suite, Key + "AAAA", 0)]
    [InlineData(Suite, "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGV", 0)]
    [InlineData(Suite, "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVu", 0)]
    [InlineData(Suite, Key, 17)]
    [InlineData(Suite, Key, -1)]
    [InlineData("AEAD_AES_256_GCM", Key, 0)]
    public void WhatIsNoKeyIsRefused(string suite, string inline, int mkiLength)
    {
        Assert.False(SdesCrypto.TryRead(suite, inline, 0, 1, mkiLength, out var key));
        Assert.Null(key);
    }

    [Fact]
    public void RandomTextIsReadOrRefused()
    {
        var random = new Random(4568);
        for (int i = 0; i < 20_000; i++)
        {
            var text = Key.ToCharArray();
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                text[random.Next(text.Length)] = (char)random.Next(300);
            if (SdesCrypto.TryRead(Suite, new string(text, 0, random.Next(text.Length + 1)), out var key))
                key!.Dispose();
        }
    }

    [Fact]
    public void EverySuiteGeneratesAKeyOfItsOwnLength()
    {
        foreach (var profile in SrtpProfile.All)
        {
            Assert.True(SdesCrypto.TryRead(profile.Name, SdesCrypto.Generate(profile, new Seeded()), out var key));
            key!.Dispose();
        }
    }

    [Theory]
    [InlineData(Suite)]
    [InlineData("AEAD_AES_128_GCM")]
    public void AContextCarriesTheIdentifierAndRefusesAnother(string suite)
    {
        Assert.True(SrtpProfile.TryFind(suite, out var profile));
        using var one = new SrtpMasterKey(profile, new byte[profile.MasterLength], mki: [0, 0, 0, 1]);
        using var two = new SrtpMasterKey(profile, new byte[profile.MasterLength], mki: [0, 0, 0, 2]);
        using var sender = SrtpContext.ForSending(one);
        using var receiver = SrtpContext.ForReceiving(one);
        using var other = SrtpContext.ForReceiving(two);
        var packet = Rtp(1, 7);
        Assert.True(sender.TryProtectRtp(packet, 172, out int length));
        Assert.False(other.TryUnprotectRtp(packet.AsSpan(0, length).ToArray(), out _));
        Assert.Equal(SrtpOutcome.UnknownKey, other.LastOutcome);
        Assert.True(receiver.TryUnprotectRtp(packet.AsSpan(0, length), out length));
        Assert.Equal(172, length);
    }

    [Fact]
    public void ALifetimeEndsWithItsLastPacket()
    {
        Assert.True(SdesCrypto.TryRead(Suite, Key, 2, 0, 0, out var key));
        using var sender = SrtpContext.ForSending(key!);
        key!.Dispose();
        for (ushort i = 0; i < 3; i++)
            Assert.Equal(i < 2, sender.TryProtectRtp(Rtp(i, 7), 172, out _));
        Assert.Equal(SrtpOutcome.KeyExhausted, sender.LastOutcome);
    }

    [Fact]
    public void AContextOfOneDirectionRefusesTheOther()
    {
        Assert.True(SdesCrypto.TryRead(Suite, Key, out var key));
        using var sender = SrtpContext.ForSending(key!);
        using var receiver = SrtpContext.ForReceiving(key!);
        Assert.Throws<InvalidOperationException>(() => sender.TryUnprotectRtp(Rtp(1, 7), out _));
        Assert.Throws<InvalidOperationException>(() => receiver.TryProtectRtcp(Rtp(1, 7), 28, out _));
        key!.Dispose();
    }

    [Fact]
    public void TheSixtyFifthSourceIsRefusedAndTheOthersGoOn()
    {
        Assert.True(SdesCrypto.TryRead(Suite, Key, out var key));
        using var sender = SrtpContext.ForSending(key!);
        using var receiver = SrtpContext.ForReceiving(key!);
        using var further = SrtpContext.ForSending(key!);
        for (uint ssrc = 0; ssrc < SrtpSources.Capacity; ssrc++)
            Assert.True(Carry(sender, receiver, Rtp(1, ssrc)));
        Assert.False(sender.TryProtectRtp(Rtp(1, 999), 172, out _));
        Assert.Equal(SrtpOutcome.TooManySources, sender.LastOutcome);
        Assert.False(Carry(further, receiver, Rtp(1, 999)));
        Assert.Equal(SrtpOutcome.TooManySources, receiver.LastOutcome);
        Assert.True(Carry(sender, receiver, Rtp(2, 5)));
        key!.Dispose();
    }

    [Theory]
    [InlineData(Suite)]
    [InlineData("AEAD_AES_128_GCM")]
    public void EveryFlippedBitOfAControlPacketIsRefusedAndSoIsItsReplay(string suite)
    {
        Assert.True(SrtpProfile.TryFind(suite, out var profile));
        using var key = new SrtpMasterKey(profile, new byte[profile.MasterLength]);
        using var sender = SrtpContext.ForSending(key);
        using var receiver = SrtpContext.ForReceiving(key);
        var packet = new byte[100];
        (packet[0], packet[1], packet[3]) = (0x80, 201, 6);
        Assert.True(sender.TryProtectRtcp(packet, 28, out int length));
        packet = packet[..length];
        for (int bit = 0; bit < 8 * length; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            var before = packet.ToArray();
            Assert.False(receiver.TryUnprotectRtcp(packet, out _), $"bit {bit}");
            Assert.Equal(before, packet);
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int cut = 0; cut < length; cut++)
            Assert.False(receiver.TryUnprotectRtcp(packet.AsSpan(0, cut).ToArray(), out _));
        Assert.True(receiver.TryUnprotectRtcp(packet.ToArray(), out int opened));
        Assert.Equal(28, opened);
        Assert.False(receiver.TryUnprotectRtcp(packet, out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.LastOutcome);
    }

    private static bool Carry(SrtpContext sender, SrtpContext receiver, byte[] packet) =>
        sender.TryProtectRtp(packet, 172, out int length) && receiver.TryUnprotectRtp(packet.AsSpan(0, length), out _);

    private static byte[] Rtp(ushort sequence, uint ssrc)
    {
        var packet = new byte[220];
        Protocol.Rtp.RtpPacket.WriteHeader(packet, 0, marker: false, sequence, 0, ssrc);
        return packet;
    }

    private sealed class Seeded : IRandomSource
    {
        private readonly Random _random = new(1);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }
}
