// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Protocol.Tests.Srtp;

public sealed class SrtpPacketTests
{
    private const uint Ssrc = 0x1234_5678;

    public static TheoryData<string> Suites => [.. SrtpProfile.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Suites))]
    public void EveryLengthComesBack(string suite)
    {
        using var master = Master(suite);
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        for (int payload = 0; payload <= 1500; payload++)
        {
            var plain = Packet((ushort)payload, payload);
            var buffer = new byte[plain.Length + sender.Overhead];
            plain.CopyTo(buffer, 0);
            Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, plain.Length, out _));
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(buffer, out int length));
            Assert.True(plain.AsSpan().SequenceEqual(buffer.AsSpan(0, length)), $"{payload} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void AFlippedBitAnywhereIsRefusedAndLeavesThePacketAlone(string suite)
    {
        using var master = Master(suite);
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        var packet = Protect(sender, 7);
        for (int i = 0; i < packet.Length; i++)
        {
            packet[i] ^= 0x10;
            var before = packet.ToArray();
            Assert.NotEqual(SrtpOutcome.Ok, receiver.Unprotect(packet, out int length));
            Assert.Equal(0, length);
            Assert.Equal(before, packet);
            packet[i] ^= 0x10;
        }

        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
    }

    [Fact]
    public void AReplayIsRefusedAndReorderingInsideTheWindowIsNot()
    {
        using var master = Master("AES_CM_128_HMAC_SHA1_80");
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        var packets = Enumerable.Range(0, 200).Select(i => Protect(sender, (ushort)i)).ToArray();
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packets[199].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packets[72].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packets[72].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packets[71].ToArray(), out _));
        Assert.Equal(SrtpOutcome.IndexReused, sender.Protect(Buffer(5, sender), 12 + 160, out _));
    }

    [Fact]
    public void RolloverIsFollowedOverLossInBothDirections()
    {
        using var master = Master("AEAD_AES_128_GCM");
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        var late = Protect(sender, 65530);
        var last = Protect(sender, 65535);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, 20), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(last, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(late, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, 30000), out _));
    }

    [Fact]
    public void StrangersFillNoMemory()
    {
        using var master = Master("AEAD_AES_256_GCM");
        using var receiver = new SrtpReceiver(master);
        for (uint i = 0; i < 1000; i++)
            Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(Packet(1, 160, i), out _));
        Assert.Equal(0, receiver.SourceCount);
    }

    [Fact]
    public void AKeyEndsItsLife()
    {
        using var master = Master("AES_CM_128_HMAC_SHA1_80");
        using var sender = new SrtpSender(master);
        sender.Resume(Ssrc, RolloverCounter.IndexLimit - 1);
        Assert.Equal(SrtpOutcome.KeyExhausted, sender.Protect(Buffer(0, sender), 172, out _));
        using var control = new SrtcpSender(master, firstIndex: uint.MaxValue >> 1);
        var report = new byte[64];
        report[0] = 0x80;
        Assert.Equal(SrtpOutcome.Ok, control.Protect(report, 28, out _));
        Assert.Equal(SrtpOutcome.KeyExhausted, control.Protect(report, 28, out _));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void GcmIsTheFrameworks(int keyLength)
    {
        if (!AesNiKeys.IsSupported || !Ghash.IsSupported)
            Assert.Skip("no AES instructions here");
        var key = Bytes(keyLength, 3);
        using var ours = new AesNiGcm(key);
        using var theirs = new AesGcm(key, 16);
        for (int length = 0; length <= 600; length++)
        {
            byte[] data = Bytes(length, 5), nonce = Bytes(12, length), additional = Bytes(length % 40, 9);
            byte[] expected = new byte[length], tag = new byte[16], ourTag = new byte[16];
            theirs.Encrypt(nonce, data, expected, tag, additional);
            ours.Seal(nonce, additional, data, ourTag);
            Assert.Equal(expected, data);
            Assert.Equal(tag, ourTag);
        }
    }

    [Fact]
    public void TheFrameworksGcmRefusesForgeriesWithoutGarbage()
    {
        var key = Bytes(16, 3);
        using var portable = new PortableGcm(key);
        using var theirs = new AesGcm(key, 16);
        byte[] plain = Bytes(160, 5), cipherText = new byte[160], tag = new byte[16], nonce = Bytes(12, 1), additional = Bytes(12, 9);
        theirs.Encrypt(nonce, plain, cipherText, tag, additional);
        tag[15] ^= 1;
        byte[] data = cipherText.ToArray();
        SteadyState.AllocatesNothing(100, () =>
        {
            Assert.False(portable.TryOpen(nonce, additional, data, tag));
        });
        Assert.Equal(cipherText, data);
        tag[15] ^= 1;
        Assert.True(portable.TryOpen(nonce, additional, data, tag));
        Assert.Equal(plain, data);
    }

    [Fact]
    public void CounterModeAndHmacAreTheSameOnEveryPath()
    {
        var hmacKey = Bytes(20, 1);
        using var managed = new ManagedHmacSha1(hmacKey);
        using var fastest = HmacSha1.Create(hmacKey);
        foreach (int keyLength in new[] { 16, 24, 32 })
        {
            var key = Bytes(keyLength, keyLength);
            using var cipher = AesCounter.Create(key);
            using var portable = new PortableAesCounter(key);
            for (int length = 0; length <= 600; length++)
            {
                byte[] a = Bytes(length, 2), b = a.ToArray(), code = new byte[20], other = new byte[20];
                managed.Compute(a, 0x01020304, code);
                fastest.Compute(a, 0x01020304, other);
                Assert.Equal(HMACSHA1.HashData(hmacKey, (byte[])[.. a, 1, 2, 3, 4]), code);
                Assert.Equal(code, other);
                cipher.Xor(Bytes(16, 4), a);
                portable.Xor(Bytes(16, 4), b);
                Assert.Equal(b, a);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void ProtectAndUnprotectDoesNotAllocate(string suite)
    {
        using var master = Master(suite);
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        var buffer = Buffer(0, sender);
        SteadyState.AllocatesNothing(200, i =>
        {
            RtpPacket.WriteHeader(buffer, 0, false, (ushort)i, 0, Ssrc);
            sender.Protect(buffer, 172, out int length);
            receiver.Unprotect(buffer.AsSpan(0, length), out _);
        });
    }

    private static SrtpMasterKey Master(string suite)
    {
        Assert.True(SrtpProfile.TryFind(suite, out var profile));
        return new(profile, Bytes(profile.MasterLength, 77));
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Packet(ushort sequence, int payload, uint ssrc = Ssrc)
    {
        var packet = Bytes(RtpPacket.HeaderSize + payload, payload);
        RtpPacket.WriteHeader(packet, 96, true, sequence, 1000, ssrc);
        return packet;
    }

    private static byte[] Buffer(ushort sequence, SrtpSender sender) => [.. Packet(sequence, 160), .. new byte[sender.Overhead]];

    private static byte[] Protect(SrtpSender sender, ushort sequence)
    {
        var buffer = Buffer(sequence, sender);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, 172, out _));
        return buffer;
    }
}
