// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media;
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Benchmarks;

/// <summary>The worker's half of a call on a real loopback socket, with an encoder that costs nothing.</summary>
internal sealed class MediaPath : IEventSink, IDisposable
{
    private readonly short[] _frame = new short[960];

    public MediaPath(string profile, int outboundSeed, int inboundSeed)
    {
        Port = new MediaPorts(new MediaEngineOptions { Random = new SeededRandom(1), BindAddress = IPAddress.Loopback }).OpenPair(AddressFamily.InterNetwork).Rtp;
        Media = new CallMedia(new()
        {
            RtpSender = Port,
            RtcpSender = Port,
            Local = Port.Local,
            CaptureQueue = Queue,
            ToPlayback = ToPlayback,
            Events = this,
            Random = new SeededRandom(outboundSeed),
            Clock = default,
        });
        Outbound = profile == "none" ? null : SrtpContext.ForSending(Key(profile, outboundSeed));
        Inbound = profile == "none" ? null : SrtpContext.ForReceiving(Key(profile, inboundSeed));
    }

    public UdpPort Port { get; }

    public CallMedia Media { get; }

    public CaptureQueue Queue { get; } = new();

    public SlotRing<ReceivedPacket> ToPlayback { get; } = new(64, static () => new ReceivedPacket());

    private SrtpContext? Outbound { get; }

    private SrtpContext? Inbound { get; }

    public void Begin(MediaPath peer)
    {
        var now = MonotonicClock.Now;
        Media.Apply(now, new(
            new TransportPlan(peer.Port.Local, peer.Port.Local, true, Outbound, Inbound),
            new SendPlan(new FreeEncoder(), 0, 8000, 960, -1, 8000, true) { RedundancyPayloadType = 112 },
            new ReceivePlan(1, -1, 8000, true, true),
            new PlaybackPlan([], true),
            new MediaFacts("pcmu", 8000, 20, null, Port.LocalEndPoint, null, MediaDirection.SendReceive, false, true, false)));
        Media.Start(now);
    }

    /// <summary>Repeats so many earlier frames in each packet.</summary>
    public void Repeat(int copies) => Media.Send.Distances = copies == 0 ? RedundancyDistances.None : new(1, copies);

    public void SendOne()
    {
        Queue.Push(_frame, 0);
        Media.HandleCapture(MonotonicClock.Now);
    }

    public void Push(in MediaEvent happened)
    {
    }

    public void Dispose() => Port.Dispose();

    private static SrtpMasterKey Key(string name, int seed)
    {
        SrtpProfile.TryFind(name, out var profile);
        var bytes = new byte[profile.MasterLength];
        new SeededRandom(seed).Fill(bytes);
        return new(profile, bytes);
    }

    private sealed class SeededRandom(int seed) : IRandomSource
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }

    private sealed class FreeEncoder : IAudioEncoder
    {
        public int SampleRate => 48000;

        public int RtpClockRate => 8000;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload) => 160;

        public void Dispose()
        {
        }
    }
}
