// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.Opus;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>What one call's media wishes for.</summary>
internal sealed record MediaSessionOptions
{
    /// <summary>Codec names in order of preference: <c>opus</c>, <c>g722</c>, <c>pcmu</c>, <c>pcma</c>.</summary>
    public IReadOnlyList<string> Codecs { get; init; } = ["opus", "g722", "pcmu", "pcma"];

    /// <summary>Sound in one packet.</summary>
    public TimeSpan PacketTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bits per second for opus.</summary>
    public int Bitrate { get; init; } = 32000;

    /// <summary>Opus complexity, 0 to 10.</summary>
    public int Complexity { get; init; } = OpusEncoderSettings.StandardComplexity;

    /// <summary>Discontinuous transmission: nothing is sent in silence, when the peer wishes it so, too.</summary>
    public bool Dtx { get; init; }

    /// <summary>Opus in-band forward error correction may be sent: it is when the peer wishes it and reports loss.</summary>
    public bool Fec { get; init; } = true;

    /// <summary>Bit rate, packet length, error correction and redundancy follow the peer's reports.</summary>
    public bool Adapt { get; init; } = true;

    /// <summary>Redundant audio (RFC 2198) for opus is offered and accepted, and sent when the peer reports loss.</summary>
    public bool Redundancy { get; init; } = true;

    /// <summary>Encrypted unless clear media was asked for by name.</summary>
    public MediaSecurityPolicy Security { get; init; } = MediaSecurityPolicy.Sdes;

    /// <summary>Who we are in DTLS; needed where <see cref="Security"/> is that.</summary>
    public DtlsIdentity? Identity { get; init; }

    /// <summary>Asked for each association: the one certificate that a person has confirmed for this peer; null, or giving null, for none.</summary>
    public Func<Fingerprint?>? ConfirmedPeer { get; init; }

    /// <summary>ICE is offered, and answered where it is offered; null speaks plain RTP alone.</summary>
    public IceSettings? Ice { get; init; }

    /// <summary>Samples at 48 kHz of the blocks that the end captures and plays.</summary>
    public int BlockSamples { get; init; } = 480;

    /// <summary>No RTP and no RTCP from the peer for so long is <see cref="MediaEventKind.Silence"/>; not while on hold.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where what happens is told, on the engine's housekeeping thread.</summary>
    public Action<MediaSession, MediaEvent>? OnEvent { get; init; }
}
