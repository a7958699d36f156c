// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

public class RedundancyTests
{
    [Fact]
    public void Rfc2198Section7ExampleReads()
    {
        // DVI4 primary (5) of 84 bytes, LPC (7) copy of 14 bytes, 160 units older.
        byte[] payload = new byte[4 + 1 + 14 + 84];
        Redundancy.WriteCopyHeader(payload, 7, 160, 14);
        Redundancy.WritePrimaryHeader(payload.AsSpan(4), 5);
        payload.AsSpan(5, 14).Fill(1);
        payload.AsSpan(19).Fill(2);
        Assert.Equal(new byte[] { 0x87, 0x02, 0x80, 0x0e, 0x05 }, payload[..5]);

        Assert.Equal(RedundancyOutcome.Read, Redundancy.TryParse(payload, out var redundancy));
        Assert.Equal((1, 5, 84), (redundancy.Copies, redundancy.PrimaryPayloadType, redundancy.Primary.Length));
        var copy = redundancy.Copy(0);
        Assert.Equal((7, 160, 14), (copy.PayloadType, copy.Offset, copy.Payload.Length));
        Assert.Equal(-1, copy.Payload.IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, redundancy.Primary.IndexOfAnyExcept((byte)2));
    }

    [Fact]
    public void LongestOffsetAndLengthSurvive()
    {
        byte[] payload = new byte[5 + Redundancy.MaximumLength];
        Redundancy.WriteCopyHeader(payload, 127, Redundancy.MaximumOffset, Redundancy.MaximumLength);
        Redundancy.WritePrimaryHeader(payload.AsSpan(4), 127);
        Assert.Equal(RedundancyOutcome.Read, Redundancy.TryParse(payload, out var redundancy));
        var copy = redundancy.Copy(0);
        Assert.Equal((127, Redundancy.MaximumOffset, Redundancy.MaximumLength), (copy.PayloadType, copy.Offset, copy.Payload.Length));
        Assert.True(redundancy.Primary.IsEmpty);
    }

    [Theory]
    [InlineData(new byte[0], nameof(RedundancyOutcome.HeadersCut))]
    [InlineData(new byte[] { 0x80 }, nameof(RedundancyOutcome.HeadersCut))]
    [InlineData(new byte[] { 0xef, 0, 0, 0 }, nameof(RedundancyOutcome.HeadersCut))]
    [InlineData(new byte[] { 0xef, 0, 3, 0xff, 0x6f, 1, 2 }, nameof(RedundancyOutcome.BlocksCut))]
    [InlineData(new byte[] { 0xef, 0, 0, 2, 0x6f, 1 }, nameof(RedundancyOutcome.BlocksCut))]
    [InlineData(new byte[] { 0x6f }, nameof(RedundancyOutcome.Read))]
    [InlineData(new byte[] { 0xef, 0, 0, 0, 0x6f }, nameof(RedundancyOutcome.Read))]
    public void LyingLengthsHaveAClearOutcome(byte[] payload, string expected) =>
        Assert.Equal(expected, Redundancy.TryParse(payload, out _).ToString());

    [Fact]
    public void HeadersWithoutEndAreRefusedEarly()
    {
        byte[] payload = new byte[1400];
        payload.AsSpan().Fill(0x80);
        Assert.Equal(RedundancyOutcome.TooManyBlocks, Redundancy.TryParse(payload, out _));
    }

    [Fact]
    public void RandomPayloadsStayInBounds()
    {
        var random = new Random(FuzzSeed.Or(2198));
        byte[] bytes = new byte[64];
        for (int i = 0; i < 200_000; i++)
        {
            random.NextBytes(bytes);
            for (int header = 0; header < random.Next(4); header++)
                (bytes[header * 4], bytes[(header * 4) + 2], bytes[(header * 4) + 3]) = ((byte)(0x80 | bytes[header * 4]), 0, (byte)(bytes[(header * 4) + 3] & 0x1f));
            var payload = bytes.AsSpan(0, random.Next(bytes.Length));
            if (Redundancy.TryParse(payload, out var redundancy) != RedundancyOutcome.Read)
                continue;
            int total = (redundancy.Copies * Redundancy.HeaderSize) + 1 + redundancy.Primary.Length;
            for (int copy = 0; copy < redundancy.Copies; copy++)
                total += redundancy.Copy(copy).Payload.Length;
            Assert.Equal(payload.Length, total);
        }
    }
}
