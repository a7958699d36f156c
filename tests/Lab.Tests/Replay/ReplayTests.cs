// SPDX-License-Identifier: MIT
using Earshot.Audio.Measurement;
using Earshot.Lab.Calls;
using Earshot.Lab.Replay;
using Earshot.Media.Codecs;
using Earshot.Protocol.Rtp;

namespace Earshot.Lab.Tests.Replay;

/// <summary>Captures in every shape that is read, played through the playout.</summary>
public sealed class ReplayTests
{
    private const byte RedType = 112;
    private const byte KeyType = 101;

    [Theory]
    [InlineData(1, false, false, false)]
    [InlineData(1, true, true, true)]
    [InlineData(113, false, false, true)]
    [InlineData(276, true, false, false)]
    [InlineData(101, false, true, false)]
    [InlineData(0, false, false, false)]
    public void EveryKindOfCaptureIsHeard(int linkType, bool bigEndian, bool nanoseconds, bool v6)
    {
        var pcap = new PcapBuilder(linkType, bigEndian, nanoseconds);
        Speak(pcap, CodecCatalogue.Opus, 111, v6: v6);
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal("opus", result.Codec);
        Assert.Equal(200, result.Stream.Packets.Count);
        Assert.Equal(0, result.Playout.ConcealedSamples);
        Assert.True(SpeechCorrelation.Compare(Said(), result.Heard).Correlation > 0.8);
    }

    [Theory]
    [InlineData("PCMU", 0)]
    [InlineData("PCMA", 8)]
    [InlineData("G722", 9)]
    [InlineData("G722", 101)]
    public void TheDecoderFollowsThePayloadType(string codec, byte payloadType)
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Find(codec)!, payloadType);
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.G722);
        Assert.Equal(codec.ToLowerInvariant(), result.Codec);
        Assert.True(SpeechCorrelation.Compare(Said(), result.Heard).Correlation > 0.8);
    }

    [Fact]
    public void TheLargestStreamIsPlayedAndTheOthersAreCounted()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Pcmu, 0, packets: 50, ssrc: 7, port: 6000);
        Speak(pcap, CodecCatalogue.Opus, 96, ssrc: 9);
        Speak(pcap, CodecCatalogue.Pcma, 8, packets: 3, ssrc: 8, port: 6002); // too short for a stream
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal(9u, result.Stream.Ssrc);
        Assert.Equal(1, result.OtherStreams);
    }

    [Fact]
    public void LossAndJitterOfTheCaptureAreSeen()
    {
        var pcap = new PcapBuilder(1);
        var dice = new SeededRandom(2);
        Speak(pcap, CodecCatalogue.Opus, 111, loses: i => i % 10 == 5, late: _ => 30 * dice.NextUnit());
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal(20, result.PacketsLost);
        Assert.InRange(result.ConcealedShare, 0.08, 0.13);
        Assert.InRange(result.Delay.MedianMs, 20, 60);
        Assert.InRange(result.Jitter, 0.004, 0.02);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RedundantAudioIsTakenApartAndItsCopiesFillTheGaps(bool always)
    {
        var pcap = new PcapBuilder(1);
        // From the tenth packet on, or always, the frame before goes with each.
        Speak(pcap, CodecCatalogue.Opus, 111, loses: i => i % 10 == 5 && i > 20, redundancy: i => always || i > 10);
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal((111, (int)RedType), ((int)result.PayloadType, result.RedundancyPayloadType));
        Assert.Equal(18, result.PacketsLost);
        // The first losses teach playout to wait for copies.
        Assert.InRange(result.Playout.RedundantPacketsUsed, 12, 18);
        Assert.InRange(result.Playout.ConcealedSamples, 0, 6 * 960);
        Assert.True(SpeechCorrelation.Compare(Said(), result.Heard).Correlation > 0.8);
    }

    [Theory]
    [InlineData("opus", 111, 10)]
    [InlineData("PCMU", 0, 10)]
    [InlineData("PCMA", 8, 16)]
    public void AnEncryptedStreamIsSaidSo(string codec, byte payloadType, int tag)
    {
        var (pcap, dice) = (new PcapBuilder(1), new SeededRandom(8));
        Speak(pcap, CodecCatalogue.Find(codec)!, payloadType, seal: payload =>
        {
            var secret = new byte[payload.Length + tag];
            dice.Fill(secret);
            return secret;
        });
        var wrong = Assert.Throws<PcapException>(() => ReplayResult.Of(pcap.File, CodecCatalogue.Opus));
        Assert.Contains("SRTP", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACaptureThatWasCutIsPlayedAndSaidSo()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Pcmu, 0);
        var short1 = ReplayResult.Of(pcap.File[..^50], CodecCatalogue.Opus);
        Assert.Equal((199, true, 0), (short1.Stream.Packets.Count, short1.EndsEarly, short1.CutPackets));
        Assert.False(ReplayResult.Of(pcap.File, CodecCatalogue.Opus).EndsEarly);

        var cut = new PcapBuilder(1) { Longest = 60 };
        Speak(cut, CodecCatalogue.Pcmu, 0);
        Assert.Contains("200 that were cut", Assert.Throws<PcapException>(() => ReplayResult.Of(cut.File, CodecCatalogue.Opus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ComfortNoiseOfACaptureIsPlayedInThePause()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Pcmu, 0, packets: 100, then: (13, [50], 100));
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal((0L, 0L, 0L), (result.Playout.ConcealedSamples, result.Playout.PacketsDiscarded, result.PacketsLost));
        Assert.Equal(101, result.Stream.Packets.Count);
    }

    // 1, #, 1: each in the place of eight packets of sound, the last three say that it was released (RFC 4733 §2.5.1.4).
    [Theory]
    [InlineData("opus", 111, false)]
    [InlineData("opus", 111, true)]
    [InlineData("PCMU", 0, false)]
    [InlineData("G722", 9, false)]
    public void KeysOfACaptureAreReadAndTheirTimeIsNotMissing(string codec, byte payloadType, bool redundancy)
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Find(codec)!, payloadType, redundancy: _ => redundancy, key: Pressed);
        var result = ReplayResult.Of(pcap.File, CodecCatalogue.Opus);
        Assert.Equal(("1#1", (int)KeyType, (int)payloadType), (result.Digits, result.KeyPayloadType, (int)result.PayloadType));
        Assert.Equal((0L, 0L, 0L), (result.PacketsLost, result.Playout.ConcealedSamples, result.Playout.PacketsDiscarded));
        Assert.InRange(result.Jitter, 0, 0.001);
        Assert.InRange(result.Delay.P95Ms, 0, 60);

        (int, byte[])? Pressed(int i)
        {
            var (began, code) = i switch { >= 60 and < 68 => (60, 1), >= 90 and < 98 => (90, 11), >= 110 and < 118 => (110, 1), _ => (-1, 0) };
            if (began < 0) return null;
            var (payload, step) = (new byte[TelephoneEvent.Size], i - began);
            var clockRate = CodecCatalogue.Find(codec)!.ClockRate;
            new TelephoneEvent((byte)code, step >= 5, 10, (ushort)(Math.Min(step + 1, 6) * clockRate / 50)).Write(payload);
            return (began, payload);
        }
    }

    [Fact]
    public void KeysWithoutSoundAreSaidToBeNone()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Pcmu, 0, packets: 20, key: i => (0, [5, 10, 0, (byte)(10 * i)]));
        Assert.Contains("no sound", Assert.Throws<PcapException>(() => ReplayResult.Of(pcap.File, CodecCatalogue.Opus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoCaptureIsSaidSo()
    {
        Assert.Throws<PcapException>(() => RtpStreams.Find([]));
        Assert.Throws<PcapException>(() => RtpStreams.Find(new byte[100]));
        Assert.Contains("pcapng", Assert.Throws<PcapException>(() => RtpStreams.Find([0x0a, 0x0d, 0x0d, 0x0a, .. new byte[40]])).Message, StringComparison.Ordinal);
        Assert.Contains("127", Assert.Throws<PcapException>(() => RtpStreams.Find(new PcapBuilder(127).File)).Message, StringComparison.Ordinal);
        Assert.Throws<PcapException>(() => ReplayResult.Of(new PcapBuilder(1).File, CodecCatalogue.Opus));
    }

    [Fact]
    public void CutAndMutatedCapturesNeverThrowAnythingElse()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Pcmu, 0, packets: 40);
        var whole = pcap.File;
        var dice = new SeededRandom(6);
        for (var i = 0; i < 400; i++)
        {
            var bent = whole[..(int)(dice.NextBits() % (ulong)(whole.Length + 1))];
            for (var flips = dice.NextBits() % 20; flips > 0 && bent.Length > 0; flips--)
                bent[dice.NextBits() % (ulong)bent.Length] ^= (byte)(1 << (int)(dice.NextBits() % 8));
            try
            {
                // A flipped clock makes an hour of silence: that is played elsewhere.
                if (RtpStreams.Find(bent).Streams is [{ Length.TotalSeconds: < 5 }, ..]) ReplayResult.Of(bent, CodecCatalogue.Opus);
            }
            catch (PcapException)
            {
                // A typed refusal is right.
            }
        }
    }

    [Fact]
    public void ADatagramThatNoSocketOfACallWouldTakeIsLeftOut()
    {
        var pcap = new PcapBuilder(1);
        Speak(pcap, CodecCatalogue.Opus, 111, then: (111, new byte[9000], 100));
        Assert.Equal(0, ReplayResult.Of(pcap.File, CodecCatalogue.Opus).Playout.ConcealedSamples);
    }

    private static void Speak(PcapBuilder pcap, AudioCodec codec, byte payloadType, int packets = 200, uint ssrc = 5, ushort port = 4000, bool v6 = false,
        Func<int, bool>? loses = null, Func<int, double>? late = null, Func<int, bool>? redundancy = null, Func<byte[], byte[]>? seal = null,
        (byte Type, byte[] Payload, int After)? then = null, Func<int, (int Began, byte[] Payload)?>? key = null)
    {
        using var encoder = codec.CreateEncoder48k();
        var (voice, frame, packet) = (LabVoice.Open("speech_en_m"), new short[960], new byte[1500]);
        var (sent, before, sequence) = (new List<(double At, byte[] Bytes)>(), Array.Empty<byte>(), (ushort)65500);
        for (var i = 0; i < packets; i++)
        {
            voice.CopyTo(i * 960, frame);
            if (key?.Invoke(i) is { } pressed)
            {
                Send(KeyType, i, pressed.Payload, pressed.Began);
                before = [];
                continue;
            }

            var payload = packet[..encoder.Encode(frame, packet)];
            Send(payloadType, i, payload);
            before = payload;
            if (then is { } other && i + 1 == other.After) Send(other.Type, i + 1, other.Payload);
        }

        void Send(byte type, int i, byte[] payload, int? began = null)
        {
            var red = redundancy?.Invoke(i) == true && before.Length > 0 && type != KeyType;
            // One copy 960 units back, then the primary (RFC 2198 §3).
            byte[] body = red
                ? [0x80 | 111, 960 >> 6, (byte)(((960 & 0x3f) << 2) | (before.Length >> 8)), (byte)before.Length, 111, .. before, .. payload]
                : seal?.Invoke(payload) ?? payload;
            var header = new byte[RtpPacket.HeaderSize];
            RtpPacket.WriteHeader(header, red ? RedType : type, i == 0, sequence++, (uint)((began ?? i) * 960L * codec.ClockRate / 48000), ssrc);
            if (loses?.Invoke(i) != true) sent.Add(((i * 20) + (late?.Invoke(i) ?? 0), [.. header, .. body]));
        }

        foreach (var (at, bytes) in sent.OrderBy(s => s.At)) pcap.Add(at, bytes, port, v6);
    }

    private static short[] Said()
    {
        var said = new short[4 * 48000];
        LabVoice.Open("speech_en_m").CopyTo(0, said);
        return said;
    }
}
