// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Playout;

/// <summary>A decoder whose payload says which stretch of one endless sine it holds: every played sample can be checked against the time it stands for.</summary>
internal sealed class SineDecoder(int clock = 48000) : IAudioDecoder
{
    public int SampleRate => 48000;

    public int RtpClockRate => clock;

    public bool HasConcealment => false;

    public static byte[] Payload(long start, int samples, bool fec = false)
    {
        byte[] payload = new byte[13];
        BinaryPrimitives.WriteInt64LittleEndian(payload, start);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), samples);
        payload[12] = fec ? (byte)1 : (byte)0;
        return payload;
    }

    public static short Sine(long at) => (short)(8000 * Math.Sin(2 * Math.PI * 200 * at / 48000.0));

    public int PayloadSamples(ReadOnlySpan<byte> payload) =>
        payload.Length != 13 ? (payload.Length == 1 ? 960 : -1) : BinaryPrimitives.ReadInt32LittleEndian(payload[8..]);

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.Length != 13)
        {
            pcm[..960].Clear();
            return 960;
        }
        return Write(BinaryPrimitives.ReadInt64LittleEndian(payload), pcm[..PayloadSamples(payload)]);
    }

    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) =>
        nextPayload.Length == 13 && nextPayload[12] == 1 ? Write(BinaryPrimitives.ReadInt64LittleEndian(nextPayload) - pcm.Length, pcm) : 0;

    public bool CarriesFec(ReadOnlySpan<byte> payload) => payload.Length == 13 && payload[12] == 1;

    public int Conceal(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }

    public void Reset()
    {
    }

    public void Dispose()
    {
    }

    private static int Write(long start, Span<short> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
            pcm[i] = Sine(start + i);
        return pcm.Length;
    }
}

/// <summary>A call in virtual time: a sender of 20 ms sine packets, a link that a scenario bends, a sink that pulls every 10 ms.</summary>
internal sealed class SimulatedCall
{
    private readonly PriorityQueue<(byte[] Payload, uint Ssrc, ushort Sequence, uint Timestamp, byte Type, long Index), double> _link = new();
    private readonly short[] _block = new short[JitterBuffer.MaximumBlock];
    private double _nextSendMs;
    private double _nextPullMs;
    private double _tickMs;
    private long _index;
    private long _inOrderMs = long.MinValue;

    /// <param name="seed">Of the scenario's randomness.</param>
    /// <param name="phaseMs">From the sending of a packet to the next pull.</param>
    public SimulatedCall(int seed = 1, double phaseMs = 7)
    {
        Random = new Random(seed);
        _nextPullMs = _tickMs = phaseMs;
        Buffer.SetDecoder(111, new SineDecoder());
    }

    public JitterBuffer Buffer { get; } = new();

    public Random Random { get; }

    /// <summary>Extra delay of the packet, ms; null loses it.</summary>
    public Func<double, double?> Link { get; set; } = _ => 0;

    /// <summary>How much after its tick a pull is made, ms.</summary>
    public Func<double> PullJitter { get; set; } = () => 0;

    /// <summary>A block is said to play at its tick, however late the pull is made.</summary>
    public bool PlaysAtTicks { get; set; }

    public bool InOrder { get; set; }

    /// <summary>Copies of the packets before that each packet carries (RFC 2198).</summary>
    public int Redundancy { get; set; }

    public bool Fec { get; set; }

    public int PacketSamples { get; set; } = 960;

    public int BlockSamples { get; set; } = 480;

    public double SenderPpm { get; set; }

    /// <summary>The sink's clock.</summary>
    public double CardPpm { get; set; }

    public uint Ssrc { get; set; } = 7;

    public ushort SequenceOffset { get; set; } = 65500;

    public uint TimestampOffset { get; set; } = 0xFFFF0000;

    public Action<SimulatedCall>? AfterPull { get; set; }

    public double NowMs { get; private set; }

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    public List<double> DelaysMs { get; } = [];

    /// <summary>From the moment a block's first sample was sent to its pull.</summary>
    public List<double> ExactDelaysMs { get; } = [];

    public List<PulledInfo> Pulls { get; } = [];

    public int LargestStep { get; private set; }

    public PulledInfo Info { get; private set; }

    public PlayoutSnapshot Statistics => Buffer.Statistics;

    private short _last;

    public void Run(double ms)
    {
        double end = NowMs + ms;
        while (NowMs < end)
        {
            NowMs = Math.Min(_nextSendMs, _nextPullMs);
            if (_nextSendMs <= _nextPullMs)
                Send();
            else
                Pull();
        }
    }

    /// <summary>The sink does not pull for a while: a laptop that sleeps.</summary>
    public void Sleep(double ms) => _nextPullMs = _tickMs += ms;

    public double MeanDelay(int lastPulls) => DelaysMs.TakeLast(lastPulls).Average();

    private void Send()
    {
        byte[] payload = SineDecoder.Payload(_index * PacketSamples, PacketSamples, Fec);
        double? extra = Link(NowMs);
        Sent++;
        if (extra is { } delay)
        {
            double at = NowMs + delay;
            if (InOrder)
                at = Math.Max(at, _inOrderMs / 1000.0);
            _inOrderMs = (long)(at * 1000) + 1;
            _link.Enqueue((payload, Ssrc, (ushort)(SequenceOffset + _index), unchecked((uint)(TimestampOffset + (_index * PacketSamples))), 111, _index), at);
        }
        else
        {
            Lost++;
        }
        _index++;
        _nextSendMs += PacketSamples / 48.0 / (1 + (SenderPpm / 1e6));
    }

    private void InsertCopy(long index, (byte[] Payload, uint Ssrc, ushort Sequence, uint Timestamp, byte Type, long Index) carrier, double at)
    {
        int back = (int)(carrier.Index - index);
        byte[] payload = SineDecoder.Payload(index * PacketSamples, PacketSamples, Fec);
        var copy = new PlayoutPacket(carrier.Ssrc, carrier.Type, (ushort)(carrier.Sequence - back), carrier.Timestamp - (uint)(back * PacketSamples), false, payload, isRedundant: true);
        Buffer.Insert(copy, Instant.FromMilliseconds(at));
    }

    private void Pull()
    {
        while (_link.TryPeek(out var packet, out double at) && at <= NowMs)
        {
            _link.Dequeue();
            for (int distance = Redundancy; distance > 0; distance--)
                InsertCopy(packet.Index - distance, packet, at);
            Buffer.Insert(new PlayoutPacket(packet.Ssrc, packet.Type, packet.Sequence, packet.Timestamp, false, packet.Payload), Instant.FromMilliseconds(at));
        }
        Buffer.Pull(Instant.FromMilliseconds(PlaysAtTicks ? _tickMs : NowMs), _block.AsSpan(0, BlockSamples), out PulledInfo info);
        Info = info;
        Pulls.Add(info);
        foreach (short sample in _block.AsSpan(0, BlockSamples))
        {
            LargestStep = Math.Max(LargestStep, Math.Abs(sample - _last));
            _last = sample;
        }
        if (info.HasStream)
        {
            long position = (int)(info.RtpTime - TimestampOffset);
            ExactDelaysMs.Add(NowMs - (position / 48.0 / (1 + (SenderPpm / 1e6))));
            long packetIndex = (long)Math.Floor(position / (double)PacketSamples);
            DelaysMs.Add(NowMs - (packetIndex * PacketSamples / 48.0 / (1 + (SenderPpm / 1e6))));
        }
        AfterPull?.Invoke(this);
        _tickMs += BlockSamples / 48.0 / (1 + (CardPpm / 1e6));
        _nextPullMs = Math.Max(NowMs, _tickMs + PullJitter());
    }
}
