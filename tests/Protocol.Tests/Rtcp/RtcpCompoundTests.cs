// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Tests.Rtcp;

public sealed class RtcpCompoundTests
{
    private const uint Ssrc = 0x1122_3344;
    private static readonly SenderInfo Info = new(new NtpTime(0x0102_0304_0506_0708), 4000, 10, 1600);
    private static readonly ReportBlock Block = new(7, 64, -3, 0x1_0002, 55, 0x0304_0506, 65536);

    [Fact]
    public void AReportWithNameAndGoodbyeComesBack()
    {
        var bytes = Compound();
        Assert.True(RtcpCompound.TryParse(bytes, out var compound));
        Assert.Equal(Ssrc, compound.SenderSsrc);
        var types = new List<RtcpType>();
        foreach (var part in compound)
        {
            types.Add(part.Type);
            if (part.Type == RtcpType.SenderReport)
            {
                Assert.True(part.TryGetSenderInfo(out var info));
                Assert.Equal(Info, info);
                Assert.True(part.TryFindReport(7, out var block));
                Assert.Equal(Block, block);
                Assert.False(part.TryFindReport(8, out _));
            }

            Assert.Equal(part.Type == RtcpType.Bye, part.IsByeFor(Ssrc));
            Assert.False(part.IsByeFor(9));
            Assert.Equal(part.Type == RtcpType.SourceDescription, part.TryFindCname(Ssrc, out var name));
            Assert.Equal(part.Type == RtcpType.SourceDescription ? "a@b.example" : "", System.Text.Encoding.ASCII.GetString(name));
        }

        Assert.Equal([RtcpType.SenderReport, RtcpType.SourceDescription, RtcpType.Bye], types);
    }

    [Fact]
    public void TheBytesOfAReceiverReportAreThoseOfTheRfc()
    {
        var bytes = new byte[32];
        var writer = new RtcpWriter(bytes);
        Assert.True(writer.WriteReceiverReport(Ssrc));
        Assert.True(writer.AddBlock(in Block));
        Assert.Equal("81C90007" + "11223344" + "00000007" + "40FFFFFD" + "00010002" + "00000037" + "03040506" + "00010000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void TruncatedAtEveryByteItIsRefusedExceptBetweenParts()
    {
        var bytes = Compound();
        var valid = Enumerable.Range(0, bytes.Length + 1).Where(n => RtcpCompound.TryParse(bytes.AsSpan(0, n), out _));
        Assert.Equal([52, 76, bytes.Length], valid);
    }

    [Theory]
    [InlineData("80C90001" + "00000001", true)]
    [InlineData("00C90001" + "00000001", false)]
    [InlineData("80CA0001" + "00000001", false)]
    [InlineData("80C90002" + "00000001", false)]
    [InlineData("80C90001" + "00000001" + "80FE0000", true)]
    [InlineData("80C90001" + "00000001" + "80CC0002" + "00000001" + "41424344", true)]
    [InlineData("80C90001" + "00000001" + "40CB0000", false)]
    [InlineData("80C90001" + "00000001" + "A0CB0001" + "00000004", true)]
    [InlineData("80C90001" + "00000001" + "A0CB0001" + "00000000", false)]
    [InlineData("80C90001" + "00000001" + "A0CB0001" + "00000003", false)]
    [InlineData("80C90001" + "00000001" + "A0CB0001" + "00000008", false)]
    [InlineData("A0C90002" + "00000001" + "00000004" + "80CB0000", false)]
    public void VersionOrderLengthAndPaddingAreChecked(string hex, bool valid) =>
        Assert.Equal(valid, RtcpCompound.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void PaddingIsNoPartOfTheBodyAndReducedSizeIsTakenWhenAgreed()
    {
        var bytes = Convert.FromHexString("A1CB0002" + "00000005" + "00000004");
        Assert.False(RtcpCompound.TryParse(bytes, out _));
        Assert.True(RtcpCompound.TryParse(bytes, out var compound, allowReducedSize: true));
        foreach (var part in compound)
        {
            Assert.True(part.HasPadding);
            Assert.Equal(4, part.Body.Length);
            Assert.True(part.IsByeFor(5));
        }
    }

    [Fact]
    public void CountsThatPromiseMoreThanTheBodyHoldsAreNotFollowed()
    {
        // 31 blocks promised, none there; 31 chunks, one there; 31 sources, one there.
        var bytes = Convert.FromHexString("9FC90001" + "00000001" + "9FCA0002" + "00000002" + "00000000" + "9FCB0001" + "00000003");
        Assert.True(RtcpCompound.TryParse(bytes, out var compound));
        foreach (var part in compound)
        {
            Assert.False(part.TryGetReport(0, out _));
            Assert.False(part.TryFindCname(9, out _));
            Assert.False(part.IsByeFor(9));
        }
    }

    [Fact]
    public void WhatFindsNoRoomIsNotWrittenAndTheRestStaysValid()
    {
        var whole = Compound();
        for (int room = 0; room <= whole.Length; room++)
        {
            var bytes = new byte[room];
            var writer = new RtcpWriter(bytes);
            writer.WriteSenderReport(Ssrc, in Info);
            writer.AddBlock(in Block);
            writer.WriteCname(Ssrc, "a@b.example"u8);
            writer.WriteBye(Ssrc, "so long"u8);
            Assert.InRange(writer.Length, 0, room);
            if (writer.Length >= 28)
                Assert.True(RtcpCompound.TryParse(bytes.AsSpan(0, writer.Length), out _));
        }

        var many = new RtcpWriter(new byte[2000]);
        many.WriteReceiverReport(Ssrc);
        for (int i = 0; i < 31; i++)
            Assert.True(many.AddBlock(in Block));
        Assert.False(many.AddBlock(in Block));
        Assert.False(many.WriteCname(Ssrc, new byte[256]));
        Assert.False(many.WriteBye(Ssrc, new byte[256]));
    }

    [Fact]
    public void EveryNameLengthIsPaddedToAWordAndEnded()
    {
        for (int length = 0; length <= 255; length++)
        {
            var bytes = new byte[400];
            var writer = new RtcpWriter(bytes);
            writer.WriteReceiverReport(Ssrc);
            var name = new byte[length];
            Array.Fill(name, (byte)'x');
            Assert.True(writer.WriteCname(Ssrc, name));
            Assert.Equal(0, writer.Length % 4);
            Assert.True(RtcpCompound.TryParse(bytes.AsSpan(0, writer.Length), out var compound));
            foreach (var part in compound)
                Assert.Equal(part.Type == RtcpType.SourceDescription && length > 0, part.TryFindCname(Ssrc, out var found) && found.SequenceEqual(name));
        }
    }

    [Fact]
    public void MutatedAndRandomCompoundsAreReadWithinBounds()
    {
        var random = new Random(3551);
        var whole = Compound();
        for (int i = 0; i < 60_000; i++)
        {
            var bytes = i % 3 == 0 ? new byte[random.Next(120)] : whole.AsSpan(0, whole.Length - (4 * random.Next(3))).ToArray();
            if (i % 3 == 0)
                random.NextBytes(bytes);
            for (int flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!RtcpCompound.TryParse(bytes, out var compound, allowReducedSize: i % 2 == 0))
                continue;
            _ = compound.SenderSsrc;
            foreach (var part in compound)
            {
                part.TryGetSenderInfo(out _);
                part.TryFindReport(7, out _);
                part.TryFindCname(Ssrc, out _);
                part.IsByeFor(Ssrc);
                _ = part.Ssrc;
            }
        }
    }

    [Fact]
    public void ParseAndWriteDoesNotAllocate()
    {
        var bytes = new byte[256];
        SteadyState.AllocatesNothing(500, () =>
        {
            int length = Write(bytes);
            _ = RtcpCompound.TryParse(bytes.AsSpan(0, length), out var compound);
            foreach (var part in compound)
            {
                part.TryFindReport(7, out _);
                part.TryFindCname(Ssrc, out _);
                part.IsByeFor(Ssrc);
            }
        });
    }

    private static byte[] Compound()
    {
        var bytes = new byte[256];
        return bytes[..Write(bytes)];
    }

    private static int Write(byte[] bytes)
    {
        var writer = new RtcpWriter(bytes);
        writer.WriteSenderReport(Ssrc, in Info);
        writer.AddBlock(in Block);
        writer.WriteCname(Ssrc, "a@b.example"u8);
        writer.WriteBye(Ssrc, "so long"u8);
        return writer.Length;
    }
}
