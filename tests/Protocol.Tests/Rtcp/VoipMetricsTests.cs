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
        Assert.True(writer.WriteVoipMetrics(1, Some));
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
}
