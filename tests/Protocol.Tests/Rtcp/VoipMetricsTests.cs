// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Tests.Rtcp;

public class VoipMetricsTests
{
    private static readonly VoipMetrics Some = new()
    {
        Ssrc = 0xdeadbeef,
        LossRate = 12,
        DiscardRate = 3,
        BurstDensity = 100,
        GapDensity = 2,
        BurstDuration = 240,
        GapDuration = 6000,
        RoundTrip = 80,
        EndSystemDelay = 65,
        SignalLevel = -20,
        NoiseLevel = 127,
        EchoReturnLoss = 127,
        Gmin = 16,
        RFactor = 88,
        ExternalRFactor = 127,
        ListeningQuality = 42,
        ConversationalQuality = 41,
        Configuration = 0xb0,
        BufferNominal = 40,
        BufferMaximum = 60,
        BufferLimit = 2000,
    };

    [Fact]
    public void WhatIsWrittenIsReadBehindAReport()
    {
        Span<byte> buffer = stackalloc byte[256];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.WriteReceiverReport(1));
        Assert.True(writer.WriteCname(1, "a"u8));
        Assert.True(writer.WriteExtendedReport(1));
        Assert.True(writer.AddVoipMetrics(Some));
        Assert.True(RtcpCompound.TryParse(buffer[..writer.Length], out var compound));
        var found = default(VoipMetrics);
        foreach (var part in compound)
        {
            if (part.TryFindVoipMetrics(0xdeadbeef, out var metrics))
                found = metrics;
            Assert.False(part.TryFindVoipMetrics(1, out _));
        }

        Assert.Equal(Some, found);
    }

    [Fact]
    public void LyingBlockLengthsAreHarmlessAndOtherBlocksPassedOver()
    {
        // Length 99 words in a block of 9.
        Assert.False(Finds(0xff, 0xff));
        Assert.True(Finds(0, 8));
        var random = new Random(FuzzSeed.Or(3611));
        byte[] bytes = new byte[100];
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            (bytes[0], bytes[1], bytes[2], bytes[3]) = (0x80, 201, 0, 1);
            (bytes[8], bytes[9], bytes[10], bytes[11]) = (0x80, 207, 0, 22);
            if (!RtcpCompound.TryParse(bytes, out var compound))
                continue;
            foreach (var part in compound)
                part.TryFindVoipMetrics((uint)random.Next(), out _);
        }

        static bool Finds(byte high, byte low)
        {
            byte[] packet = new byte[8 + 8 + 4 + VoipMetrics.Size];
            (packet[0], packet[1], packet[3]) = (0x80, 201, 1);
            (packet[8], packet[9], packet[11]) = (0x80, 207, (byte)(((8 + 4 + VoipMetrics.Size) / 4) - 1));
            // A block of one word of another type goes before.
            packet[16] = 4;
            Some.Write(packet.AsSpan(20));
            (packet[22], packet[23]) = (high, low);
            Assert.True(RtcpCompound.TryParse(packet, out var compound));
            bool found = false;
            foreach (var part in compound)
                found |= part.TryFindVoipMetrics(0xdeadbeef, out _);
            return found;
        }
    }

    [Fact]
    public void AReferenceTimeAndItsAnswerStandBesideMetricsInOnePacket()
    {
        byte[] buffer = new byte[256];
        var compound = Whole(buffer);
        var seen = (Metrics: default(VoipMetrics), Time: default(NtpTime), Since: default(DelaySinceReference));
        int extended = 0;
        foreach (var part in compound)
        {
            extended += part.Type == RtcpType.ExtendedReport ? 1 : 0;
            if (part.TryFindVoipMetrics(0xdeadbeef, out var metrics))
                seen.Metrics = metrics;
            if (part.TryFindReceiverTime(out var time))
                seen.Time = time;
            if (part.TryFindDelaySince(7, out var since))
                seen.Since = since;
            Assert.False(part.TryFindDelaySince(8, out _));
        }

        Assert.Equal((Some, new NtpTime(0x0102_0304_0506_0708), new DelaySinceReference(7, 0x0304_0506, 65536)), seen);
        Assert.Equal(1, extended);
        // RFC 3611 §4.4, §4.5: block types 4 and 5 of two and three words.
        Assert.Contains("04000002" + "0102030405060708" + "05000003" + "00000007" + "03040506" + "00010000", Convert.ToHexString(buffer), StringComparison.Ordinal);
    }

    [Fact]
    public void MutatedAndCutExtendedReportsAreReadWithinBounds()
    {
        byte[] whole = new byte[256];
        int length = Length(Whole(whole));
        var random = new Random(FuzzSeed.Or(3612));
        for (int i = 0; i < 100_000; i++)
        {
            // In a buffer that ends where the packet does: reading on would throw.
            byte[] bytes = whole[..(i % 2 == 0 ? length : random.Next(length + 1))];
            for (int flips = random.Next(6); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!RtcpCompound.TryParse(bytes, out var compound))
                continue;
            foreach (var part in compound)
            {
                part.TryFindVoipMetrics(0xdeadbeef, out _);
                part.TryFindReceiverTime(out _);
                part.TryFindDelaySince(7, out _);
            }
        }
    }

    [Fact]
    public void WhatFindsNoRoomIsLeftOutAndTheRestStaysValid()
    {
        byte[] whole = new byte[256];
        int length = Length(Whole(whole));
        for (int room = 0; room <= length; room++)
        {
            byte[] bytes = new byte[room];
            var writer = new RtcpWriter(bytes);
            Write(ref writer);
            Assert.Equal(writer.Length >= 8, RtcpCompound.TryParse(bytes.AsSpan(0, writer.Length), out _));
        }

        var early = new RtcpWriter(new byte[100]);
        Assert.True(early.WriteReceiverReport(1));
        Assert.False(early.AddReceiverTime(default));
    }

    private static RtcpCompound Whole(byte[] buffer)
    {
        var writer = new RtcpWriter(buffer);
        Write(ref writer);
        Assert.True(RtcpCompound.TryParse(buffer.AsSpan(0, writer.Length), out var compound));
        return compound;
    }

    private static void Write(ref RtcpWriter writer)
    {
        writer.WriteReceiverReport(1);
        writer.WriteCname(1, "a"u8);
        writer.WriteExtendedReport(1);
        writer.AddVoipMetrics(Some);
        writer.AddReceiverTime(new(0x0102_0304_0506_0708));
        writer.AddDelaySince(new(7, 0x0304_0506, 65536));
        writer.WriteBye(1);
    }

    private static int Length(RtcpCompound compound)
    {
        int length = 0;
        foreach (var part in compound)
            length += 4 + part.Body.Length;
        return length;
    }
}
