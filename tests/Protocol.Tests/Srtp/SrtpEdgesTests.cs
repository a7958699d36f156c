// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Protocol.Tests.Srtp;

/// <summary>The ends of windows, counters and packets (RFC 3711 §3.3, §3.4, §9.2).</summary>
public sealed class SrtpEdgesTests
{
    private const uint Ssrc = 0x1234_5678;

    public static TheoryData<string> Suites => [.. SrtpProfile.All.Select(p => p.Name)];

    // App. A of RFC 3711, as it stands there. A count below zero is none: such a packet is tried within the first.
    private static ulong EstimateOfTheRfc(ushort sequence, ulong highest)
    {
        long count = (long)(highest >> 16);
        int last = (ushort)highest;
        if (last < 32768)
            count -= sequence - last > 32768 && count > 0 ? 1 : 0;
        else
            count += last - 32768 > sequence ? 1 : 0;
        return ((ulong)count << 16) + sequence;
    }

    [Fact]
    public void TheIndexIsTheOneOfTheRfcForEveryNumber()
    {
        ulong[] heights = [0, 1, 32767, 32768, 32769, 65535, 0x1_0000, 0x1_7fff, 0x1_8000, 0x1_8001, 0x1_ffff, 0xffff_ffff_0000, 0xffff_ffff_8000];
        foreach (ulong highest in heights)
        {
            for (int sequence = 0; sequence <= ushort.MaxValue; sequence++)
                Assert.Equal(EstimateOfTheRfc((ushort)sequence, highest), RolloverCounter.Estimate((ushort)sequence, highest));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TheReplayWindowDoesWhatASetWould(int seed)
    {
        var random = new Random(seed);
        var window = default(ReplayWindow);
        var seen = new HashSet<ulong>();
        ulong highest = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int reach = random.Next(20) switch { 0 => 5000, < 4 => 130, _ => 4 };
            ulong index = (ulong)Math.Max(0, (long)highest + random.Next(-reach, reach + 1));
            bool fresh = seen.Count == 0 || (!seen.Contains(index) && (index > highest || highest - index < 128));
            Assert.Equal(fresh, window.IsFresh(index));
            if (!fresh)
                continue;
            window.Mark(index);
            seen.Add(index);
            highest = Math.Max(highest, index);
            Assert.Equal(highest, window.Highest);
        }
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    public void TheWindowEndsWhereItSays(int age, bool fresh)
    {
        var window = default(ReplayWindow);
        window.Mark(1000);
        Assert.False(window.IsFresh(1000));
        Assert.Equal(fresh, window.IsFresh(1000 - (ulong)age));
        // After a jump of the window's length the one before is too old, of one less it is remembered; what was never seen is fresh.
        window.Mark(1000 + (ulong)age);
        Assert.False(window.IsFresh(1000));
        Assert.True(window.IsFresh(1001));
    }

    [Fact]
    public void ASourceIsFoundInItsFirstOrSecondRoundAndNotInItsThird()
    {
        using var master = Master("AES_CM_128_HMAC_SHA1_80");
        foreach (var (round, expected) in new[] { (0UL, SrtpOutcome.Ok), (1UL, SrtpOutcome.Ok), (2UL, SrtpOutcome.AuthenticationFailed) })
        {
            using var sender = new SrtpSender(master);
            using var receiver = new SrtpReceiver(master);
            if (round > 0)
                sender.Resume(Ssrc, (round << 16) + 3);
            Assert.Equal(expected, receiver.Unprotect(Protect(sender, 10), out _));
            Assert.Equal(expected, receiver.Unprotect(Protect(sender, 12), out _));
            Assert.Equal(expected == SrtpOutcome.Ok ? 1 : 0, receiver.SourceCount);
        }
    }

    [Fact]
    public void ALatePacketOfTheRoundBeforeIsOpenedAfterAStartInTheSecond()
    {
        using var master = Master("AEAD_AES_128_GCM");
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        var late = Protect(sender, 65530);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, 2), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(late, out _));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 4)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(0, 0)]
    public void UnderAnotherKeyASourceMayKeepItsCounterOrBeginAnew(int before, int after)
    {
        using var oldKey = Master("AES_CM_128_HMAC_SHA1_80");
        using var newKey = Master("AEAD_AES_128_GCM");
        using var first = new SrtpReceiver(oldKey);
        using var oldSender = new SrtpSender(oldKey);
        // The old stream stops close to its wrap or in its midst.
        ushort last = after == before + 1 ? (ushort)65530 : (ushort)20;
        oldSender.Resume(Ssrc, ((ulong)before << 16) + last);
        first.Resume(Ssrc, ((ulong)before << 16) + last);
        ushort next = (ushort)(last + 10);
        Assert.Equal(SrtpOutcome.Ok, first.Unprotect(Protect(oldSender, (ushort)(last + 1)), out _));

        // Nothing is heard under a key in between.
        using var between = new SrtpReceiver(newKey);
        between.Follow(first);
        using var receiver = new SrtpReceiver(newKey);
        receiver.Follow(between);
        using var sender = new SrtpSender(newKey);
        if (after > 0)
            sender.Resume(Ssrc, ((ulong)after << 16) + next - 1);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, next), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, (ushort)(next + 1)), out _));
        Assert.Equal(1, receiver.SourceCount);
    }

    [Fact]
    public void AReceiverNeverCountsBeyondTheLastIndex()
    {
        using var master = Master("AES_CM_128_HMAC_SHA1_80");
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        sender.Resume(Ssrc, RolloverCounter.IndexLimit - 3);
        receiver.Resume(Ssrc, RolloverCounter.IndexLimit - 3);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, 65534), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(Protect(sender, 65535), out _));
        Assert.Equal(SrtpOutcome.KeyExhausted, receiver.Unprotect(Packet(0, 180), out _));
        Assert.Equal(SrtpOutcome.KeyExhausted, sender.Protect(Packet(0, 200), 172, out _));
    }

    [Theory]
    [InlineData("AES_CM_128_HMAC_SHA1_80")]
    [InlineData("AES_CM_128_HMAC_SHA1_32")]
    [InlineData("AEAD_AES_256_GCM")]
    public void TheControlIndexStartsAtZeroAndStopsAtItsEndWithoutAWrap(string suite)
    {
        using var master = Master(suite);
        using var first = new SrtcpSender(master);
        Assert.Equal(0x8000_0000u, IndexWord(master.Profile, ProtectControl(first)));

        using var sender = new SrtcpSender(master, firstIndex: (1u << 31) - 2);
        using var receiver = new SrtcpReceiver(master);
        var (last, later) = (ProtectControl(sender), ProtectControl(sender));
        Assert.Equal(uint.MaxValue, IndexWord(master.Profile, later));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(later.ToArray(), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(last, out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(later, out _));
        var further = new byte[100];
        further[0] = 0x80;
        Assert.Equal(SrtpOutcome.KeyExhausted, sender.Protect(further, 28, out int length));
        Assert.Equal(0, length);
        Assert.Equal(0, further.Count(b => b is not 0 and not 0x80));
    }

    [Fact]
    public void ControlPacketsComeInAnyOrderInsideTheWindowOnly()
    {
        using var master = Master("AEAD_AES_128_GCM");
        using var sender = new SrtcpSender(master);
        using var receiver = new SrtcpReceiver(master);
        var packets = Enumerable.Range(0, 130).Select(_ => ProtectControl(sender)).ToArray();
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packets[129].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packets[2].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packets[2].ToArray(), out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packets[1].ToArray(), out _));
    }

    [Fact]
    public void AControlPacketInClearIsRefusedBeforeItIsLookedAt()
    {
        using var master = Master("AES_CM_128_HMAC_SHA1_80");
        using var sender = new SrtcpSender(master);
        using var receiver = new SrtcpReceiver(master);
        var packet = ProtectControl(sender);
        packet[28] &= 0x7f;
        Assert.Equal(SrtpOutcome.NotEncrypted, receiver.Unprotect(packet, out _));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void HeadersOfEveryShapeStayClearAndWhatFollowsDoesNot(string suite)
    {
        using var master = Master(suite);
        using var sender = new SrtpSender(master);
        using var receiver = new SrtpReceiver(master);
        // Padding; two contributors; an extension of two words; all of it.
        (byte First, int Header)[] shapes = [(0xa0, 12), (0x82, 20), (0x90, 24), (0xb2, 32)];
        ushort sequence = 0;
        foreach (var (first, header) in shapes)
        {
            var plain = Packet(++sequence, 100);
            plain[0] = first;
            if ((first & 0x10) != 0)
                BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(header - 12), 0xbede_0002);
            plain[^1] = 4;
            var buffer = new byte[plain.Length + sender.Overhead];
            plain.CopyTo(buffer, 0);
            Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, plain.Length, out _));
            Assert.Equal(plain[..header], buffer[..header]);
            Assert.NotEqual(plain[header..], buffer[header..plain.Length]);
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(buffer, out int length));
            Assert.Equal(plain, buffer[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void RubbishIsRefusedAndLeftAsItWas(string suite)
    {
        using var master = Master(suite);
        using var identified = new SrtpMasterKey(master.Profile, Bytes(master.Profile.MasterLength, 77), mki: [1, 2, 3, 4]);
        using var rtp = new SrtpReceiver(master);
        using var rtcp = new SrtcpReceiver(identified);
        var random = new Random(3711);
        for (int i = 0; i < 4000; i++)
        {
            var datagram = Bytes(random.Next(0, 90), i);
            if (datagram.Length > 1 && i % 4 != 0)
                datagram[0] = (byte)(0x80 | (datagram[0] & 0x3f));
            var before = datagram.ToArray();
            Assert.NotEqual(SrtpOutcome.Ok, rtp.Unprotect(datagram, out int length));
            Assert.Equal(0, length);
            Assert.NotEqual(SrtpOutcome.Ok, rtcp.Unprotect(datagram, out length));
            Assert.Equal(0, length);
            Assert.Equal(before, datagram);
        }

        Assert.Equal(0, rtp.SourceCount);
    }

    [Theory]
    [InlineData("AES_CM_128_HMAC_SHA1_80")]
    [InlineData("AEAD_AES_128_GCM")]
    public void AnIdentifierIsNeitherMissedNorInvented(string suite)
    {
        using var plain = Master(suite);
        using var identified = new SrtpMasterKey(plain.Profile, Bytes(plain.Profile.MasterLength, 77), mki: [1, 2, 3, 4]);
        using var with = SrtpContext.ForSending(identified);
        using var without = SrtpContext.ForSending(plain);
        using var expects = SrtpContext.ForReceiving(identified);
        using var expectsNone = SrtpContext.ForReceiving(plain);
        foreach (bool control in new[] { false, true })
        {
            Assert.True(Open(expects, Seal(with, control), control));
            Assert.False(Open(expects, Seal(without, control), control));
            Assert.Equal(SrtpOutcome.UnknownKey, expects.LastOutcome);
            Assert.True(Open(expectsNone, Seal(without, control), control));
            Assert.False(Open(expectsNone, Seal(with, control), control));
        }
    }

    private ushort _next;

    private byte[] Seal(SrtpContext context, bool control)
    {
        var buffer = Packet(++_next, 240);
        int length = 0;
        if (control)
            (buffer[1], buffer[2], buffer[3]) = (201, 0, 6);
        Assert.True(control ? context.TryProtectRtcp(buffer, 28, out length) : context.TryProtectRtp(buffer, 172, out length));
        return buffer[..length];
    }

    private static bool Open(SrtpContext context, byte[] packet, bool control) =>
        control ? context.TryUnprotectRtcp(packet, out _) : context.TryUnprotectRtp(packet, out _);

    private static uint IndexWord(SrtpProfile profile, byte[] packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(profile.IsAead ? packet.Length - 4 : 28));

    private static byte[] ProtectControl(SrtcpSender sender)
    {
        var buffer = new byte[28 + sender.Overhead];
        (buffer[0], buffer[1], buffer[3]) = (0x80, 201, 6);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, 28, out _));
        return buffer;
    }

    private static byte[] Protect(SrtpSender sender, ushort sequence)
    {
        var buffer = new byte[172 + sender.Overhead];
        Packet(sequence, 172).CopyTo(buffer, 0);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, 172, out _));
        return buffer;
    }

    private static byte[] Packet(ushort sequence, int length)
    {
        var packet = Bytes(length, sequence + 1);
        RtpPacket.WriteHeader(packet, 96, marker: true, sequence, 1000, Ssrc);
        return packet;
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
}
