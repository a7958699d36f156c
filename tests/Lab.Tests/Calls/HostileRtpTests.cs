// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Replay;
using Earshot.Media.Codecs;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Lab.Tests.Calls;

/// <summary>A peer sends nonsense for a while, in clear, then speaks again: bounded memory and time, counters right, audio back within a second.</summary>
public sealed class HostileRtpTests : IDisposable
{
    private const byte OpusType = 111;
    private const byte RedType = 63;
    private const uint Ssrc = 0x1234_5678;
    private readonly IAudioEncoder _encoder = CodecCatalogue.Opus.CreateEncoder48k();
    private readonly LabVoice _voice = LabVoice.Open("speech_en_m");
    private readonly HearingEnd _end = new([(OpusType, CodecCatalogue.Opus), (0, CodecCatalogue.Pcmu), (8, CodecCatalogue.Pcma), (9, CodecCatalogue.G722)], Instant.Zero, RedType);
    private readonly byte[] _packet = new byte[1500];
    private readonly short[] _frame = new short[960];
    private double _nowMs = 3;
    private long _said;
    private ushort _sequence = 100;
    private uint _timestamp = 5000;
    private long _delivered;
    private long _allocated;
    private long _concealed;
    private bool _warm;

    public void Dispose()
    {
        _encoder.Dispose();
        _end.Dispose();
    }

    [Fact]
    public void TimestampsThatJumpByHalfTheirCircle()
    {
        Speak(2);
        for (var i = 0; i < 100; i++)
        {
            _timestamp += 0x8000_0000;
            Speak(0.02);
        }

        ComesBack();
    }

    [Fact]
    public void APayloadTypeThatChangesWithEveryPacket()
    {
        Speak(2);
        for (var i = 0; i < 500; i++) SendRaw((byte)(i % 128), Speech(), 20);
        // Of 128 types five are agreed, comfort noise makes six; what claims to be redundant audio is none.
        Assert.InRange(_end.Media.Receive.UnknownPackets, 470, 485);
        ComesBack();
    }

    [Fact]
    public void OpusPacketsOfOneByte()
    {
        Speak(2);
        for (var i = 0; i < 256; i++) SendRaw(OpusType, [(byte)i], 20);
        ComesBack();
    }

    [Fact]
    public void PacketsOfAHundredAndTwentyMilliseconds()
    {
        Speak(2);
        // Code 3 with a count of six CELT frames of 20 ms: what is in them is noise, but it lasts 120 ms.
        var dice = new SeededRandom(3);
        for (var i = 0; i < 50; i++)
        {
            var payload = new byte[2 + (6 * 40)];
            dice.Fill(payload);
            (payload[0], payload[1]) = (0xfb, 6);
            SendRaw(OpusType, payload, 120);
            _timestamp += 5760 - 960;
        }

        ComesBack();
    }

    [Fact]
    public void TenThousandPacketsInOneBurst()
    {
        Speak(2);
        var before = _end.Media.Receive.Packets;
        for (var i = 0; i < 10_000; i++) SendRaw(OpusType, Speech(), 0);
        Assert.Equal(before + 10_000, _end.Media.Receive.Packets);
        // The ring to playback holds 64: what finds no room is counted.
        Assert.InRange(_end.Media.Receive.RingOverruns, 9_900, 10_000);
        ComesBack();
    }

    [Fact]
    public void RedundantBlocksWithLyingLengths()
    {
        Speak(2);
        var dice = new SeededRandom(8);
        for (var i = 0; i < 1000; i++)
        {
            var (primary, copies) = (Speech(), (int)(dice.NextBits() % 12));
            var payload = new byte[(4 * copies) + 1 + primary.Length];
            dice.Fill(payload);
            // Headers that say "another follows", opus, any offset, any length; half of them with a primary that says the same.
            for (var copy = 0; copy < copies; copy++) payload[4 * copy] = 0x80 | OpusType;
            payload[4 * copies] = (byte)((dice.NextBits() & 1) == 0 ? OpusType : 0x80 | OpusType);
            primary.CopyTo(payload, (4 * copies) + 1);
            SendRaw(RedType, payload[..(int)(1 + (dice.NextBits() % (ulong)payload.Length))], 20);
        }

        Assert.InRange(_end.Media.Receive.UnknownPackets, 100, 1000);
        ComesBack();
    }

    // RFC 2198 leaves it open whether there is a primary at all: the packet came, so nothing of it is lost.
    [Fact]
    public void RedundantAudioWithoutAPrimary()
    {
        Speak(2);
        for (var i = 0; i < 100; i++) SendRaw(RedType, [OpusType], 20);
        Assert.Equal(0, _end.Media.Receive.UnknownPackets);
        ComesBack();
        Assert.Equal(0, _end.Playback.Statistics.PacketsLost);
    }

    [Fact]
    public void SequenceNumbersAtRandom()
    {
        Speak(2);
        var dice = new SeededRandom(5);
        for (var i = 0; i < 500; i++)
        {
            _sequence = (ushort)dice.NextBits();
            Speak(0.02);
        }

        ComesBack();
    }

    [Fact]
    public void MutatedPacketsOfEveryKind()
    {
        Speak(2);
        var dice = new SeededRandom(9);
        for (var i = 0; i < 3000; i++)
        {
            var length = Write(OpusType, Speech());
            for (var flips = dice.NextBits() % 4; flips > 0; flips--) _packet[dice.NextBits() % (ulong)length] ^= (byte)(1 << (int)(dice.NextBits() % 8));
            Deliver((int)(dice.NextBits() % (ulong)(length + 1)), 2);
        }

        ComesBack();
    }

    // Half a second later the talk goes on; by the end of the first second of it, it is heard as if nothing had been.
    private void ComesBack()
    {
        Speak(1);
        var concealed = _end.Playback.Statistics.ConcealedSamples;
        var from = _end.Heard.Length;
        Speak(2);
        CountersAreRight();
        var made = _end.Playback.Statistics.ConcealedSamples - concealed;
        Assert.True(made <= 960, $"{made} samples made up a second after the end of it");
        Assert.True(Power(_end.Heard[from..]) > 1e4, "nothing is heard any more");
        Assert.InRange(_end.Playback.Statistics.TargetDelay, 0, 2.5);
    }

    // Every datagram is counted where it ended, once, and every packet that came to the playout, too; nothing was allocated for any.
    private void CountersAreRight()
    {
        _end.PullUntil(Instant.FromMilliseconds(_nowMs));
        var (receive, playout) = (_end.Media.Receive, _end.Playback.Statistics);
        Assert.Equal(_delivered, receive.Packets + receive.ControlPackets + receive.OtherDatagrams + receive.SecurityRefusals + _end.Media.Latching.Strangers);
        Assert.Equal(playout.PacketsReceived, receive.Packets - receive.UnknownPackets - receive.RingOverruns);
        Assert.InRange(playout.PacketsDiscarded + playout.PacketsDuplicated, 0, playout.PacketsReceived);
        Assert.InRange(playout.ConcealedSamples, 0, playout.TotalSamplesReceived);
        Assert.InRange(playout.SilentConcealedSamples, 0, playout.ConcealedSamples);
        // Made-up sound is counted when it is made: up to a packet of it waits to be played, and what is taken out when much stands is no longer played.
        long accounted = playout.JitterBufferEmittedCount + playout.ConcealedSamples - playout.RemovedSamplesForAcceleration - playout.TotalSamplesReceived;
        Assert.True(accounted <= 960, $"{accounted} samples more than were played");
        Assert.Equal(0, _allocated);
    }

    private void Speak(double seconds)
    {
        for (var i = 0; i < seconds * 50; i++) SendRaw(OpusType, Speech(), 20);
    }

    private byte[] Speech()
    {
        _voice.CopyTo(_said, _frame);
        _said += 960;
        var payload = new byte[1275];
        return payload[.._encoder.Encode(_frame, payload)];
    }

    private void SendRaw(byte type, byte[] payload, double thenMs)
    {
        Deliver(Write(type, payload), thenMs);
    }

    private int Write(byte type, byte[] payload)
    {
        RtpPacket.WriteHeader(_packet, type, marker: false, _sequence++, _timestamp, Ssrc);
        payload.CopyTo(_packet, RtpPacket.HeaderSize);
        return RtpPacket.HeaderSize + payload.Length;
    }

    private void Deliver(int length, double thenMs)
    {
        var now = Instant.FromMilliseconds(_nowMs);
        _end.PullUntil(now - TimeSpan.FromTicks(1));
        var playout = _end.Playback.Statistics;
        Assert.True(playout.ConcealedSamples >= _concealed, "made-up samples are counted backwards");
        _concealed = playout.ConcealedSamples;
        var (collections, before) = (GC.CollectionCount(0), GC.GetAllocatedBytesForCurrentThread());
        _end.HandleDatagram(now, _packet.AsSpan(0, length));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // A collection in between retires the thread's allocation context, which moves the counter too.
        _allocated += _warm && collections == GC.CollectionCount(0) ? allocated : 0;
        _warm = true;
        _delivered++;
        _nowMs += thenMs;
        _timestamp += 960;
    }

    private static double Power(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return sum / samples.Length;
    }
}
