// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;
using Earshot.Audio.Measurement;
using Earshot.Media.Codecs;
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Playout;

/// <summary>Real speech through real codecs and a link that loses, into the playout, in virtual time.</summary>
internal sealed class SpokenCall : IDisposable
{
    private readonly Dictionary<AudioCodec, (IAudioEncoder Encoder, IAudioDecoder Decoder, byte Type)> _codecs = [];
    private readonly byte[] _payload = new byte[1500];
    private readonly OpusEncoderSettings _opus;
    private readonly PriorityQueue<(byte Type, ushort Sequence, uint Timestamp, byte[] Payload), double> _link = new();
    private ushort _sequence = 65000;
    private int _position;

    public SpokenCall(OpusEncoderSettings? opus = null, int seed = 11)
    {
        Random = new Random(seed);
        _opus = opus ?? new OpusEncoderSettings();
        for (int i = 0; i < CodecCatalogue.All.Count; i++)
        {
            AudioCodec codec = CodecCatalogue.All[i];
            IAudioDecoder decoder = codec.CreateDecoder48k();
            _codecs[codec] = (codec.CreateEncoder48k(_opus), decoder, (byte)(96 + i));
            Buffer.SetDecoder((byte)(96 + i), decoder);
        }
    }

    public JitterBuffer Buffer { get; } = new();

    public Random Random { get; }

    public double Loss { get; set; }

    /// <summary>Extra delay of each packet: uniform from 0 to this.</summary>
    public double JitterMs { get; set; }

    public AudioCodec Codec { get; set; } = CodecCatalogue.Opus;

    public int PacketSamples { get; set; } = 960;

    public List<short> Sent { get; } = [];

    public List<short> Heard { get; } = [];

    public List<PulledInfo> Infos { get; } = [];

    public int Skipped { get; private set; }

    public PlayoutSnapshot Statistics => Buffer.Statistics;

    public static short[] Speech(string name, int repeats = 1)
    {
        short[] once = WavReader.ReadAll(Path.Combine(AppContext.BaseDirectory, "vectors", "speech", name + ".wav"), out _);
        return Enumerable.Repeat(once, repeats).SelectMany(s => s).ToArray();
    }

    /// <summary>Says it, packet for packet; what is heard meanwhile is kept.</summary>
    public void Say(ReadOnlySpan<short> speech)
    {
        for (; speech.Length >= PacketSamples; speech = speech[PacketSamples..])
        {
            Sent.AddRange(speech[..PacketSamples]);
            var (encoder, _, type) = _codecs[Codec];
            int length = encoder.Encode(speech[..PacketSamples], _payload);
            if (length > 0)
                Send(type, encoder.RtpClockRate, _payload.AsSpan(0, length));
            else
                Skipped++;
            _position += PacketSamples;
            Hear(PacketSamples);
        }
    }

    /// <summary>Sends any payload in the place of <paramref name="samples"/>.</summary>
    public void SendRaw(ReadOnlySpan<byte> payload, int samples)
    {
        Send(_codecs[Codec].Type, 48000, payload);
        _position += samples;
        Hear(samples);
    }

    /// <summary>One packet of comfort noise (RFC 3389) in the place of 20 ms.</summary>
    public void SendNoise(byte level)
    {
        Send(13, 8000, [level]);
        _position += 960;
        Hear(960);
    }

    /// <summary>The sender says nothing for a while: time goes on, numbers do not.</summary>
    public void Pause(int samples)
    {
        _position += samples;
        Hear(samples);
    }

    /// <summary>Nothing is sent any more.</summary>
    public void Hear(int samples)
    {
        short[] block = new short[480];
        int at = Heard.Count + samples;
        while (Heard.Count + 480 <= at)
        {
            double now = (Heard.Count / 48.0) + 3;
            while (_link.TryPeek(out var packet, out double arrival) && arrival <= now)
            {
                _link.Dequeue();
                Buffer.Insert(new PlayoutPacket(3, packet.Type, packet.Sequence, packet.Timestamp, false, packet.Payload), Instant.FromMilliseconds(arrival));
            }

            Buffer.Pull(Instant.FromMilliseconds(now), block, out PulledInfo info);
            Infos.Add(info);
            Heard.AddRange(block);
        }
    }

    public SpeechMatch Match() => SpeechCorrelation.Compare(Sent.ToArray(), Heard.ToArray());

    public double Gaps(SpeechMatch match) => GapMeasure.Share(Sent.ToArray(), Heard.ToArray(), (int)(match.LagMs * 48));

    public void Dispose()
    {
        foreach (var (encoder, decoder, _) in _codecs.Values)
        {
            encoder.Dispose();
            decoder.Dispose();
        }
    }

    private void Send(byte type, int clock, ReadOnlySpan<byte> payload)
    {
        ushort sequence = _sequence++;
        if (Random.NextDouble() < Loss)
            return;
        uint timestamp = (uint)(_position * (long)clock / 48000);
        _link.Enqueue((type, sequence, timestamp, payload.ToArray()), (_position / 48.0) + (JitterMs * Random.NextDouble()));
    }
}
