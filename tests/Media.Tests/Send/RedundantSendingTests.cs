// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Media.Tests.Sessions;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Send;

/// <summary>Earlier frames repeated in later packets (RFC 2198), from one worker's half to the other's.</summary>
public sealed class RedundantSendingTests : IDisposable
{
    private const int Opus = 111;
    private const int Red = 112;

    private readonly CountingEncoder _encoder = new();

    [Fact]
    public void WhatAPacketLostLaterPacketsBring()
    {
        var (a, b) = Phones();
        a.Media.Send.Distances = new(1, 3);
        var heard = new List<(ushort Sequence, uint Timestamp, byte Frame, bool Copy)>();
        for (int i = 0; i < 20; i++)
        {
            a.Speak(At(i * 20));
            foreach (var (bytes, _) in a.Take())
            {
                // Three in a row.
                if (i is not (8 or 9 or 10))
                    b.Media.HandleDatagram(At(i * 20), At(i * 20), a.Local, bytes);
            }

            Drain(b, heard);
        }

        var first = heard[0];
        for (int i = 0; i < 20; i++)
        {
            var found = heard.Find(h => h.Frame == i);
            Assert.Equal(((ushort)(first.Sequence + i), first.Timestamp + (uint)(i * 960), i is 8 or 9 or 10), (found.Sequence, found.Timestamp, found.Copy));
        }

        Assert.All(heard, h => Assert.Equal((ushort)(first.Sequence + h.Frame), h.Sequence));
        Assert.Equal(19, a.Media.Send.RedundantPackets);
        Assert.Equal(0, b.Media.Receive.UnknownPackets);
    }

    [Fact]
    public void WithoutLossPacketsArePlain()
    {
        var (a, _) = Phones();
        for (int i = 0; i < 10; i++)
            a.Speak(At(i * 20));
        Assert.All(Types(a), type => Assert.Equal(Opus, type));
    }

    [Fact]
    public void APeerThatTakesNoneGetsNone()
    {
        var (a, _) = Phones(redundancy: -1);
        a.Media.Send.Distances = new(1, 2);
        for (int i = 0; i < 10; i++)
            a.Speak(At(i * 20));
        Assert.All(Types(a), type => Assert.Equal(Opus, type));
    }

    [Fact]
    public void NothingIsRepeatedOverAPauseOrAKey()
    {
        var (a, b) = Phones();
        a.Media.Send.Distances = new(1, 2);
        var heard = new List<(ushort Sequence, uint Timestamp, byte Frame, bool Copy)>();
        for (int i = 0; i < 40; i++)
        {
            _encoder.Silent = i is > 10 and < 15;
            if (i == 20)
                a.Media.Send.SendDtmf(1, 60);
            a.Speak(At(i * 20));
            foreach (var (bytes, _) in a.Take())
            {
                Assert.True(RtpPacket.TryParse(bytes, out var packet));
                if (packet.Marker)
                    Assert.Contains(packet.PayloadType, new byte[] { Opus, 101 });
                b.Media.HandleDatagram(At(i * 20), At(i * 20), a.Local, bytes);
            }

            Drain(b, heard);
        }

        // Every copy bears the number and time of the packet that it repeats.
        foreach (var copy in heard.Where(h => h.Copy))
            Assert.Contains(heard, h => !h.Copy && (h.Sequence, h.Timestamp, h.Frame) == (copy.Sequence, copy.Timestamp, copy.Frame));
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.DtmfReceived);
    }

    [Fact]
    public void LongFramesGoPlainRatherThanOverTheRoomOfAPacket()
    {
        var (a, _) = Phones();
        a.Media.Send.Distances = new(1, 2);
        _encoder.Length = 600;
        for (int i = 0; i < 10; i++)
            a.Speak(At(i * 20));
        Assert.All(a.Sent, p => Assert.True(p.Bytes.Length <= RtpPacket.HeaderSize + PacketTransmitter.MaximumPayload));
    }

    [Fact]
    public void LyingRedundancyIsCountedAndHarmless()
    {
        var (a, b) = Phones();
        var random = new Random(2198);
        byte[] bytes = new byte[200];
        for (int i = 0; i < 20_000; i++)
        {
            int length = random.Next(12, bytes.Length);
            random.NextBytes(bytes);
            bytes[12] |= (byte)(random.Next(2) << 7);
            RtpPacket.WriteHeader(bytes, Red, random.Next(2) == 0, (ushort)i, (uint)i * 960, 77);
            b.Media.HandleDatagram(At(i), At(i), a.Local, bytes.AsSpan(0, length));
            Assert.True(b.DrainPlayback() <= Redundancy.MaximumCopies + 1);
        }

        Assert.True(b.Media.Receive.UnknownPackets > 0);
    }

    [Fact]
    public void RedundantSendAndReceiveDoNotAllocate()
    {
        var (a, b) = Phones();
        a.Media.Send.Distances = new(1, 2);
        a.OnlyCount = true;
        var buffer = new byte[2048];
        void Once(int i)
        {
            a.Speak(At(i * 20));
            a.Last.AsSpan(0, a.LastLength).CopyTo(buffer);
            b.Media.HandleDatagram(At(i * 20), At(i * 20), a.Local, buffer.AsSpan(0, a.LastLength));
            b.DrainPlayback();
        }

        SteadyState.AllocatesNothing(2000, Once);
        Assert.True(a.Media.Send.RedundantPackets > 3900);
    }

    public void Dispose() => _encoder.Dispose();

    private (PaperPhone A, PaperPhone B) Phones(int redundancy = Red)
    {
        var (a, b) = PaperKeys.Pair(encrypted: false, begin: false);
        var send = a.Plan.Send with { Encoder = _encoder, PayloadType = Opus, ClockRate = 48000, RedundancyPayloadType = redundancy };
        var receive = new ReceivePlan(UInt128.One << Opus, 101, 48000, true, true) { RedundancyPayloadType = Red };
        a.Media.Apply(At(0), a.Plan with { Send = send });
        b.Media.Apply(At(0), b.Plan with { Receive = receive });
        a.Media.Start(At(0));
        b.Media.Start(At(0));
        return (a, b);
    }

    private static void Drain(PaperPhone phone, List<(ushort Sequence, uint Timestamp, byte Frame, bool Copy)> into)
    {
        for (; phone.ToPlayback.TryPeek(out var slot); phone.ToPlayback.Release())
        {
            var packet = slot.Packet;
            if (packet.IsKey)
                continue;
            Assert.Equal(Opus, packet.PayloadType);
            into.Add((packet.Sequence, packet.Timestamp, packet.Payload[1], packet.IsRedundant));
        }
    }

    private static List<int> Types(PaperPhone phone) =>
        [.. phone.Take().Where(p => p.Bytes[1] is not (200 or 201)).Select(p => p.Bytes[1] & 0x7f)];

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);

    /// <summary>Opus packets of 20 ms by their first byte; the second counts.</summary>
    private sealed class CountingEncoder : IAudioEncoder
    {
        private byte _frame;

        public bool Silent { get; set; }

        public int Length { get; set; } = 40;

        public int SampleRate => 48000;

        public int RtpClockRate => 48000;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
        {
            if (Silent || payload.Length < Length)
                return 0;
            payload[..Length].Clear();
            payload[0] = 0xf8;
            payload[1] = _frame++;
            return Length;
        }

        public void Dispose()
        {
        }
    }
}
