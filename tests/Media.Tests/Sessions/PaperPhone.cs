// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>The worker's half of a call on paper: no socket, no clock, no thread; datagrams in a list.</summary>
internal sealed class PaperPhone : IDatagramSender, IEventSink
{
    public static readonly PeerAddress AddressA = new(0, 0x0a000001, 4000, false, 0);
    public static readonly PeerAddress AddressB = new(0, 0x0a000002, 5000, false, 0);
    public static readonly PeerAddress Elsewhere = new(0, 0x0a000003, 6000, false, 0);

    private readonly short[] _block = new short[960];

    public PaperPhone(PeerAddress local, PeerAddress remote, SrtpContext? outbound, SrtpContext? inbound, int seed, bool receives = true,
        bool byDtls = false, bool byIce = false)
    {
        Local = local;
        Ice = byIce ? new IceLink(new() { IsControlling = seed < 1000 }, new TestRandom(seed), this) : null;
        Ice?.AddSocket(Instant.Zero, local.ToTransport(), this);
        Playback = new PlaybackPipeline(ToPlayback);
        Media = new CallMedia(new()
        {
            RtpSender = this,
            RtcpSender = this,
            Local = local,
            CaptureQueue = Queue,
            ToPlayback = ToPlayback,
            Playback = Playback,
            Events = this,
            Random = new TestRandom(seed),
            ByDtls = byDtls,
            Ice = Ice,
            Clock = new(Instant.Zero, Protocol.Rtcp.NtpTime.FromUtc(DateTime.UnixEpoch)),
        });
        Plan = new(
            new TransportPlan(remote, remote, true, outbound, inbound) { ByDtls = byDtls, ByIce = byIce },
            new SendPlan(new PaperEncoder(), 0, 8000, 960, 101, 8000, true),
            new ReceivePlan(1, 101, 8000, receives, receives),
            new PlaybackPlan([], receives),
            new MediaFacts("pcmu", 8000, 20, null, local.ToEndPoint(), remote.ToEndPoint(), Protocol.Sdp.MediaDirection.SendReceive, false, true, true));
    }

    public PeerAddress Local { get; }

    /// <summary>Its ICE, with the one socket; null without.</summary>
    public IceLink? Ice { get; }

    public CallMedia Media { get; }

    public PlaybackPipeline Playback { get; }

    public MediaPlan Plan { get; }

    public CaptureQueue Queue { get; } = new();

    public SlotRing<ReceivedPacket> ToPlayback { get; } = new(64, static () => new ReceivedPacket());

    public List<MediaEvent> Events { get; } = [];

    public List<(byte[] Bytes, PeerAddress To)> Sent { get; } = [];

    /// <summary>Counts instead of keeping, for measurements that must not allocate.</summary>
    public bool OnlyCount { get; set; }

    /// <summary>Takes what is sent in place of the list.</summary>
    public Action<ArraySegment<byte>>? Carry { get; set; }

    public int Count { get; private set; }

    public byte[] Last { get; } = new byte[2048];

    public int LastLength { get; private set; }

    public void Begin(Instant now)
    {
        Media.Apply(now, Plan);
        Media.Start(now);
    }

    /// <summary>20 ms of sound into the microphone and out to the wire.</summary>
    public void Speak(Instant now)
    {
        Queue.Push(_block, now.Nanoseconds - 20_000_000);
        Media.HandleCapture(now);
    }

    /// <summary>What was sent since the last time.</summary>
    public List<(byte[] Bytes, PeerAddress To)> Take()
    {
        var taken = Sent.ToList();
        Sent.Clear();
        return taken;
    }

    /// <summary>Packets that playback would get.</summary>
    public int DrainPlayback()
    {
        int count = 0;
        for (; ToPlayback.TryPeek(out _); count++)
            ToPlayback.Release();
        return count;
    }

    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        Count++;
        datagram.CopyTo(Last);
        LastLength = datagram.Length;
        if (Carry is { } carry)
            carry(new(Last, 0, LastLength));
        else if (!OnlyCount)
            Sent.Add((datagram.ToArray(), to));
        return true;
    }

    public void Push(in MediaEvent happened) => Events.Add(happened);

    private sealed class PaperEncoder : IAudioEncoder
    {
        public int SampleRate => 48000;

        public int RtpClockRate => 8000;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
        {
            payload[..160].Fill(0xff);
            return 160;
        }

        public void Dispose()
        {
        }
    }
}
