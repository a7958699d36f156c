// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Playout;

/// <summary>Whatever comes, in whatever order: each packet is played, late, twice or given up, and counted as one of these.</summary>
public sealed class PacketOutcomeTests : IDisposable
{
    private const byte Type = 111;
    private readonly JitterBuffer _buffer = new();
    private readonly CountingDecoder _decoder = new();
    private readonly short[] _block = new short[480];
    private double _nowMs;
    private long _inserted;

    public PacketOutcomeTests() => _buffer.SetDecoder(Type, _decoder);

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void ACopyThatPushesAWaitingPacketOutOfTheRing()
    {
        for (ushort i = 0; i < 200; i++)
            Insert(i);
        // 256 behind the first of those that wait.
        Insert(300, copy: true);
        EachIsCounted();
    }

    [Fact]
    public void PacketsThatAJumpLeavesBehind()
    {
        for (ushort i = 0; i < 20; i++)
            Insert(i);
        Insert(1000);
        Insert(2500);
        EachIsCounted();
        Assert.Equal(0, _buffer.Waiting);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void AnythingAtAll(int seed)
    {
        var dice = new Random(seed);
        int next = 65000;
        for (int i = 0; i < 20_000; i++)
        {
            next += dice.Next(40) switch { 0 => dice.Next(-300, 300), 1 => dice.Next(65536), 2 => -dice.Next(3), 3 => dice.Next(30), _ => 1 };
            bool jumps = dice.Next(400) == 0;
            Insert((ushort)next, copy: dice.Next(5) == 0, samples: dice.Next(20) == 0 ? 0 : 960, timestamp: jumps ? (uint)dice.NextInt64(1L << 32) : null);
            if (dice.Next(3) > 0)
                Pull();
        }

        EachIsCounted();
    }

    private void Insert(ushort sequence, bool copy = false, int samples = 960, uint? timestamp = null)
    {
        byte[] payload = samples == 0 ? [] : SineDecoder.Payload(copy ? -1 : sequence, samples);
        _inserted += copy ? 0 : 1;
        _buffer.Insert(new PlayoutPacket(7, Type, sequence, timestamp ?? (uint)(sequence * 960), false, payload, isRedundant: copy), Instant.FromMilliseconds(_nowMs));
    }

    private void Pull()
    {
        _nowMs += 10;
        _buffer.Pull(Instant.FromMilliseconds(_nowMs), _block, out _);
    }

    private void EachIsCounted()
    {
        for (int i = 0; i < 6000; i++)
            Pull();
        PlayoutSnapshot s = _buffer.Statistics;
        Assert.Equal(_inserted, s.PacketsReceived);
        Assert.Equal(_inserted, _decoder.Packets + s.PacketsDiscarded + s.PacketsDuplicated);
    }

    /// <summary>Counts what it decodes, but copies.</summary>
    private sealed class CountingDecoder : IAudioDecoder
    {
        private readonly SineDecoder _sine = new();

        public long Packets { get; private set; }

        public int SampleRate => 48000;

        public int RtpClockRate => 48000;

        public bool HasConcealment => false;

        public int PayloadSamples(ReadOnlySpan<byte> payload) => _sine.PayloadSamples(payload);

        public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
        {
            Packets += payload[7] == 0 ? 1 : 0;
            return _sine.Decode(payload, pcm);
        }

        public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

        public bool CarriesFec(ReadOnlySpan<byte> payload) => false;

        public int Conceal(Span<short> pcm) => _sine.Conceal(pcm);

        public void Reset()
        {
        }

        public void Dispose() => _sine.Dispose();
    }
}
