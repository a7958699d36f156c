// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;

namespace Earshot.Media;

/// <summary>What <see cref="CallMedia"/> is built from.</summary>
internal sealed record CallMediaParts
{
    /// <summary>Where RTP leaves.</summary>
    public required IDatagramSender RtpSender { get; init; }

    /// <summary>Where RTCP leaves when it is not multiplexed.</summary>
    public required IDatagramSender RtcpSender { get; init; }

    /// <summary>Our address, for the packet capture.</summary>
    public required PeerAddress Local { get; init; }

    /// <summary>Blocks from the microphone.</summary>
    public required CaptureQueue CaptureQueue { get; init; }

    /// <summary>Packets to playback.</summary>
    public required SlotRing<ReceivedPacket> ToPlayback { get; init; }

    /// <summary>What plays them: its counters go into extended reports; null leaves them out.</summary>
    public PlaybackPipeline? Playback { get; init; }

    /// <summary>Takes what happens.</summary>
    public required IEventSink Events { get; init; }

    /// <summary>SSRC, sequence number, time stamp, RTCP's dice.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>Which wall-clock time the call's instants are: goes into sender reports.</summary>
    public required NtpClock Clock { get; init; }

    /// <summary>How long nothing may come before that is news.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keys come by DTLS: its datagrams are taken from the first on, before anything is agreed.</summary>
    public bool ByDtls { get; init; }

    /// <summary>The call's ICE, which then sends everything but RTCP on its own port; null without.</summary>
    public IceLink? Ice { get; init; }

    /// <summary>Sees every packet; null for none.</summary>
    public PacketCapture? Capture { get; init; }
}
