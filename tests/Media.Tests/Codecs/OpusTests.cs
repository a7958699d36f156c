// SPDX-License-Identifier: MIT
using Earshot.Audio.Native;
using Earshot.Media.Codecs.Opus;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Codecs;

/// <summary>Opus through libopus: frames of every size, silence, losses, wishes of the peer, rubbish.</summary>
[Collection(Computing.Name)]
public sealed class OpusTests
{
    [Theory]
    [InlineData(120, false)]
    [InlineData(240, false)]
    [InlineData(480, false)]
    [InlineData(960, false)]
    [InlineData(1920, false)]
    [InlineData(2880, false)]
    [InlineData(480, true)]
    public void SpeechSurvivesEveryFrameSize(int frame, bool lowDelay)
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { Bitrate = 64000, LowDelay = lowDelay });
        using var decoder = new OpusDecoder();
        Assert.Equal(lowDelay ? 120 : 312, encoder.LookaheadSamples);
        var speech = Speech.Read();
        var heard = new short[speech.Length];
        var payload = new byte[1275];
        for (var at = 0; at + frame <= speech.Length; at += frame)
        {
            var length = encoder.Encode(speech.AsSpan(at, frame), payload);
            Assert.Equal(frame, decoder.PayloadSamples(payload.AsSpan(0, length)));
            Assert.Equal(frame, decoder.Decode(payload.AsSpan(0, length), heard.AsSpan(at, frame)));
        }

        // The voice mode's high pass turns the phase of what is low, and its hybrid frames come two samples before the stated look-ahead.
        var (said, got) = (Speech.Above300(speech), Speech.Above300(heard));
        Assert.InRange(Enumerable.Range(encoder.LookaheadSamples - 3, 5).Max(late => Speech.Correlation(said, got, late)), 0.95, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(961)]
    [InlineData(48000)]
    public void WhatIsNoFrameIsRefused(int samples)
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings());
        Assert.Equal(-1, encoder.Encode(new short[samples], new byte[1275]));
    }

    [Fact]
    public void SilenceIsNotSentWithDtxAndSpeechComesBack()
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { Dtx = true });
        var (payload, speech) = (new byte[1275], Speech.Read());
        var sent = 0;
        for (var i = 0; i < 150; i++)
        {
            var length = encoder.Encode(new short[960], payload);
            if (i >= 50 && length > 0) sent++;
        }

        Assert.InRange(sent, 0, 10); // one in 400 ms keeps the comfort noise alive
        var loudest = Enumerable.Range(0, speech.Length / 960).MaxBy(f => speech.AsSpan(f * 960, 960).ToArray().Max());
        Assert.True(encoder.Encode(speech.AsSpan(loudest * 960, 960), payload) > 2);
    }

    [Theory]
    [InlineData(120, false, true)]
    [InlineData(120, true, true)]
    [InlineData(120, true, false, 6000)]
    [InlineData(480, false, true)]
    [InlineData(960, false, true)]
    [InlineData(960, true, true)]
    [InlineData(960, false, false)]
    [InlineData(2880, false, true)]
    public void WithoutDtxEveryFrameOfSilenceIsSent(int frame, bool lowDelay, bool vbr, int bitrate = 32000)
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { LowDelay = lowDelay, Vbr = vbr, Bitrate = bitrate, InbandFec = true, PacketLossPercent = 5 });
        var payload = new byte[1275];
        // A muted microphone: a peer that hears nothing at all would give the call up.
        for (var i = 0; i < 300; i++)
            Assert.True(encoder.Encode(new short[frame], payload) > 0, $"frame {i}");
    }

    [Fact]
    public void ConstantBitrateMakesPacketsOfOneSize()
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { Vbr = false, Bitrate = 32000 });
        var (payload, speech) = (new byte[1275], Speech.Read());
        for (var at = 0; at + 960 <= speech.Length; at += 960)
            Assert.Equal(80, encoder.Encode(speech.AsSpan(at, 960), payload));
    }

    [Fact]
    public void SettingsChangeBetweenTwoFrames()
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { Bitrate = 64000 });
        var (payload, speech) = (new byte[1275], Speech.Read());
        int Bytes(int from, int to) => Enumerable.Range(from, to - from).Sum(f => encoder.Encode(speech.AsSpan(f * 960, 960), payload));
        var rich = Bytes(0, 100);
        encoder.Apply(new OpusEncoderSettings { Bitrate = 12000 });
        Assert.True(Bytes(100, 200) * 2 < rich);
    }

    [Fact]
    public void InbandFecRestoresALostFrameBetterThanConcealment()
    {
        var settings = new OpusEncoderSettings { Bitrate = 32000, InbandFec = true, PacketLossPercent = 20 };
        var restored = ThroughLoss(settings, useFec: true, out var copies);
        var concealed = ThroughLoss(settings, useFec: false, out _);
        Assert.True(copies > 10, $"{copies} copies");
        Assert.True(restored > concealed + 0.05, $"restored {restored:F3}, concealed {concealed:F3}");
    }

    [Fact]
    public void WithoutFecNoPacketClaimsACopy()
    {
        ThroughLoss(new OpusEncoderSettings(), useFec: true, out var copies);
        Assert.Equal(0, copies);
    }

    [Fact]
    public void ThePeersWishesBoundWhatWeSend()
    {
        var ours = new MediaSessionOptions { Bitrate = 48000, Fec = true };
        var plain = MediaCodecsSettings("", ours);
        Assert.Equal((48000, true, false, false, 48000), (plain.Bitrate, plain.Vbr, plain.Dtx, plain.InbandFec, plain.MaxPlaybackRate));
        var bound = MediaCodecsSettings("maxplaybackrate=16000; maxaveragebitrate=20000; cbr=1; useinbandfec=1; usedtx=1", ours);
        Assert.Equal((20000, false, false, false, 16000), (bound.Bitrate, bound.Vbr, bound.Dtx, bound.InbandFec, bound.MaxPlaybackRate)); // error correction waits for loss
        var nonsense = MediaCodecsSettings("maxplaybackrate=7; maxaveragebitrate=99999999; cbr=x", ours);
        Assert.Equal((48000, true, 48000), (nonsense.Bitrate, nonsense.Vbr, nonsense.MaxPlaybackRate));
    }

    [Theory]
    [InlineData(false, "", false)]
    [InlineData(false, "usedtx=1", false)]
    [InlineData(true, "", false)]
    [InlineData(true, "usedtx=0", false)]
    [InlineData(true, "usedtx=1", true)]
    public void SilenceIsLeftOutOnlyWhenBothSidesWishIt(bool ours, string peers, bool expected) =>
        Assert.Equal(expected, MediaCodecsSettings(peers, new MediaSessionOptions { Dtx = ours }).Dtx);

    [Fact]
    public void WhatLibopusHoldsIsFreedOnceAlsoWhenForgotten()
    {
        var encoder = new OpusEncoder(new OpusEncoderSettings());
        encoder.Dispose();
        encoder.Dispose();
        Assert.True(encoder.State.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(new short[960], new byte[1275]));

        var (first, second) = Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Tracked over finalization: either still to be looked at, or gone with all it held.
        Assert.False(first.Target is OpusEncoderState { IsClosed: false });
        Assert.False(second.Target is OpusDecoderState { IsClosed: false });
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (WeakReference Encoder, WeakReference Decoder) Forget() => (
        new(new OpusEncoder(new OpusEncoderSettings()).State, trackResurrection: true),
        new(new OpusDecoder().State, trackResurrection: true));

    [Fact]
    public void RubbishNeverThrows()
    {
        var random = new Random(11);
        using var encoder = new OpusEncoder(new OpusEncoderSettings { InbandFec = true, PacketLossPercent = 20 });
        using var decoder = new OpusDecoder();
        var (speech, pcm, bytes) = (Speech.Read(), new short[5760], new byte[1500]);
        for (var round = 0; round < 4000; round++)
        {
            var length = random.Next(0, round % 4 == 0 ? 1500 : 60);
            random.NextBytes(bytes.AsSpan(0, length));
            if (round % 2 == 0) // a good packet, cut and bent
            {
                length = encoder.Encode(speech.AsSpan(round * 48, 960), bytes);
                bytes[random.Next(length)] ^= (byte)(1 << random.Next(8));
                length = random.Next(length + 1);
            }

            var payload = bytes.AsSpan(0, length);
            Assert.InRange(decoder.PayloadSamples(payload), -1, 5760);
            Assert.InRange(decoder.Decode(payload, pcm.AsSpan(0, random.Next(5761))), -1, 5760);
            Assert.InRange(decoder.DecodeFec(payload, pcm.AsSpan(0, 120 * random.Next(49))), 0, 5760);
        }

        decoder.Reset();
        Assert.Equal(960, decoder.Conceal(pcm.AsSpan(0, 960)));
    }

    [Fact]
    public void OpusDoesNotAllocate()
    {
        using var encoder = new OpusEncoder(new OpusEncoderSettings { InbandFec = true, PacketLossPercent = 10 });
        using var decoder = new OpusDecoder();
        var (speech, pcm, payload) = (Speech.Read(), new short[960], new byte[1275]);
        void Frame(int at)
        {
            var length = encoder.Encode(speech.AsSpan(at * 960 % (speech.Length - 960), 960), payload);
            decoder.Decode(payload.AsSpan(0, length), pcm);
            decoder.DecodeFec(payload.AsSpan(0, length), pcm);
            decoder.Conceal(pcm);
        }

        SteadyState.AllocatesNothing(50, Frame);
    }

    [Fact]
    public void AMissingLibraryIsOneClearLine()
    {
        var missing = Assert.Throws<NativeLibraryMissingException>(() => NativeLibraries.Require("nonsense"));
        Assert.Contains("nonsense is missing", missing.Message);
        Assert.DoesNotContain('\n', missing.Message);
        if (OperatingSystem.IsLinux())
            Assert.Equal("libopus.so.0 is missing: apt-get install libopus0", NativeLibraries.MissingMessage(NativeLibraries.Opus));
    }

    private static OpusEncoderSettings MediaCodecsSettings(string fmtp, MediaSessionOptions ours) =>
        Earshot.Media.Codecs.MediaCodecs.OpusSettings(OpusParameters.From(new FormatParameters(fmtp)), ours);

    // Every tenth packet is lost; how like the speech are the frames made up for them?
    private static double ThroughLoss(OpusEncoderSettings settings, bool useFec, out int copies)
    {
        using var encoder = new OpusEncoder(settings);
        using var decoder = new OpusDecoder();
        var (speech, pcm, payload) = (Speech.Read(), new short[960], new byte[1275]);
        List<short> said = [], heard = [];
        copies = 0;
        for (var frame = 0; frame < speech.Length / 960; frame++)
        {
            var length = encoder.Encode(speech.AsSpan(frame * 960, 960), payload);
            if (frame % 10 == 8) continue; // lost
            if (frame % 10 == 9)
            {
                var restored = useFec ? decoder.DecodeFec(payload.AsSpan(0, length), pcm) : 0;
                if (restored > 0) copies++;
                else decoder.Conceal(pcm);
                said.AddRange(speech.AsSpan(((frame - 1) * 960) - encoder.LookaheadSamples, 960));
                heard.AddRange(pcm);
            }

            decoder.Decode(payload.AsSpan(0, length), pcm);
        }

        return Speech.Correlation(said.ToArray(), heard.ToArray(), 0);
    }
}
