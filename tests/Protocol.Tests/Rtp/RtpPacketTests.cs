// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

public sealed class RtpPacketTests
{
    // V=2 P X CC=2 | M PT=96 | 0x1234 | time stamp | SSRC | two CSRC | BEDE, one word: id 1 of two bytes, one of padding | payload 3 | padding 4
    private static readonly byte[] Full = Convert.FromHexString(
        "B2E01234" + "00000FA0" + "DEADBEEF" + "00000001" + "00000002" + "BEDE0001" + "11AABB00" + "010203" + "00000004");

    [Fact]
    public void EveryFieldIsRead()
    {
        Assert.True(RtpPacket.TryParse(Full, out var packet));
        Assert.True(packet.Marker);
        Assert.Equal(96, packet.PayloadType);
        Assert.Equal(0x1234, packet.Sequence);
        Assert.Equal(4000u, packet.Timestamp);
        Assert.Equal(0xdeadbeef, packet.Ssrc);
        Assert.Equal(2, packet.ContributorCount);
        Assert.Equal(1u, packet.Contributor(0));
        Assert.Equal(2u, packet.Contributor(1));
        Assert.Equal(28, packet.HeaderLength);
        Assert.Equal(4, packet.PaddingLength);
        Assert.Equal([1, 2, 3], packet.Payload.ToArray());
        Assert.True(packet.Extension.TryFind(1, out var element));
        Assert.Equal([0xaa, 0xbb], element.ToArray());
        Assert.False(packet.Extension.TryFind(2, out _));
    }

    [Fact]
    public void TruncatedAtEveryByteNothingIsReadBehindTheEnd()
    {
        for (int length = 0; length < Full.Length; length++)
        {
            var cut = Full.AsSpan(0, length).ToArray();
            if (length < 28)
                Assert.False(RtpPacket.TryParse(cut, out _), $"{length} bytes");
            // The padding's count is then a byte of the payload or of the zeros: no count, or one that fits.
            else if (RtpPacket.TryParse(cut, out var packet))
                Assert.Equal(length, packet.HeaderLength + packet.Payload.Length + packet.PaddingLength);
        }
    }

    [Theory]
    [InlineData("80000000000000000000000000", true)]
    [InlineData("00000000000000000000000000", false)]
    [InlineData("40000000000000000000000000", false)]
    [InlineData("C0000000000000000000000000", false)]
    [InlineData("A0000000000000000000000000", false)]
    [InlineData("A0000000000000000000000001", true)]
    [InlineData("A0000000000000000000000002", false)]
    [InlineData("A00000000000000000000001", false)]
    [InlineData("8F000000000000000000000000", false)]
    [InlineData("90000000000000000000000000000000", true)]
    [InlineData("9000000000000000000000000000FFFF", false)]
    public void VersionPaddingAndLengthsAreChecked(string hex, bool valid) =>
        Assert.Equal(valid, RtpPacket.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var bytes = new byte[RtpPacket.HeaderSize];
        foreach (bool marker in new[] { false, true })
        {
            RtpPacket.WriteHeader(bytes, 127, marker, 65535, uint.MaxValue, 0x8000_0001);
            Assert.True(RtpPacket.TryParse(bytes, out var packet));
            Assert.Equal((marker, 127, 65535, uint.MaxValue, 0x8000_0001u), (packet.Marker, packet.PayloadType, packet.Sequence, packet.Timestamp, packet.Ssrc));
            Assert.True(packet.Payload.IsEmpty);
            Assert.Equal(0, packet.ContributorCount);
        }
    }

    [Fact]
    public void OneByteExtensionPassesOverPaddingAndEndsAtFifteen()
    {
        var extension = new HeaderExtension(HeaderExtension.OneByteProfile, [0x10, 7, 0, 0, 0x21, 8, 9, 0xf0, 0x30, 1]);
        Assert.Equal([(1, "07"), (2, "0809")], Elements(extension));
        Assert.Equal([], Elements(new HeaderExtension(HeaderExtension.OneByteProfile, [0x13, 1, 2, 3])));
    }

    [Fact]
    public void TwoByteExtensionHasEmptyElementsAndFifteenIsAnId()
    {
        var extension = new HeaderExtension(0x100f, [15, 0, 0, 200, 2, 1, 2, 7, 9]);
        Assert.Equal([(15, ""), (200, "0102")], Elements(extension));
        Assert.Equal([], Elements(new HeaderExtension(0x1000, [5])));
        Assert.Equal([], Elements(new HeaderExtension(0xabcd, [0x10, 7, 0, 0])));
    }

    [Fact]
    public void EveryBitFlippedAndRandomBytesAreReadWithinBounds()
    {
        var random = new Random(3550);
        for (int i = 0; i < 100_000; i++)
        {
            var bytes = i % 2 == 0 ? Full.ToArray() : new byte[random.Next(80)];
            if (i % 2 == 0)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            else
                random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 4 == 1)
                bytes[0] = (byte)(0x80 | (bytes[0] & 0x3f));
            if (!RtpPacket.TryParse(bytes, out var packet))
                continue;
            Assert.Equal(bytes.Length, packet.HeaderLength + packet.Payload.Length + packet.PaddingLength);
            _ = Elements(packet.Extension);
            for (int c = 0; c < packet.ContributorCount; c++)
                packet.Contributor(c);
            if (TelephoneEvent.TryParse(packet.Payload, out var tone))
                Assert.InRange(tone.Volume, 0, 63);
        }
    }

    [Fact]
    public void ParseAndWriteDoesNotAllocate()
    {
        var statistics = new ReceptionStatistics(8000);
        var bytes = new byte[172];
        SteadyState.AllocatesNothing(1000, i =>
        {
            RtpPacket.WriteHeader(bytes, 0, false, (ushort)i, (uint)i * 160, 7);
            _ = RtpPacket.TryParse(bytes, out var packet);
            PacketKinds.Classify(bytes);
            statistics.HandlePacket(Instant.FromMilliseconds(i * 20), in packet, 8000);
            _ = RtpPacket.TryParse(Full, out var full);
            full.Extension.TryFind(1, out _);
            new TelephoneEvent(1, true, 10, 160).Write(bytes);
            _ = TelephoneEvent.TryParse(bytes, out _);
        });
    }

    [Theory]
    [InlineData("", PacketKind.Unknown)]
    [InlineData("00", PacketKind.Stun)]
    [InlineData("03", PacketKind.Stun)]
    [InlineData("04", PacketKind.Unknown)]
    [InlineData("10", PacketKind.Zrtp)]
    [InlineData("14", PacketKind.Dtls)]
    [InlineData("3F", PacketKind.Dtls)]
    [InlineData("40", PacketKind.TurnChannel)]
    [InlineData("4F", PacketKind.TurnChannel)]
    [InlineData("50", PacketKind.Unknown)]
    [InlineData("80", PacketKind.Unknown)]
    [InlineData("8000", PacketKind.Rtp)]
    [InlineData("80BF", PacketKind.Rtp)]
    [InlineData("80C0", PacketKind.Rtcp)]
    [InlineData("80C8", PacketKind.Rtcp)]
    [InlineData("BFDF", PacketKind.Rtcp)]
    [InlineData("80E0", PacketKind.Rtp)]
    [InlineData("C0C8", PacketKind.Unknown)]
    [InlineData("FF", PacketKind.Unknown)]
    internal void TheFirstByteTellsTheProtocol(string hex, PacketKind kind) =>
        Assert.Equal(kind, PacketKinds.Classify(Convert.FromHexString(hex)));

    [Fact]
    public void TelephoneEventsAreWrittenAndRead()
    {
        var bytes = new byte[TelephoneEvent.Size];
        var pound = new TelephoneEvent(11, IsEnd: true, Volume: 10, Duration: 1600);
        Assert.Equal(4, pound.Write(bytes));
        Assert.Equal("0B8A0640", Convert.ToHexString(bytes));
        Assert.True(TelephoneEvent.TryParse(bytes, out var read));
        Assert.Equal(pound, read);
        Assert.True(TelephoneEvent.TryParse([1, 0x40, 0, 1, 2, 0, 0, 1], out read));
        Assert.Equal(new TelephoneEvent(1, false, 0, 1), read);
        Assert.False(TelephoneEvent.TryParse(bytes.AsSpan(0, 3), out _));
    }

    private static List<(int Id, string Data)> Elements(HeaderExtension extension)
    {
        var found = new List<(int, string)>();
        foreach (var element in extension)
            found.Add((element.Id, Convert.ToHexString(element.Data)));
        return found;
    }
}
