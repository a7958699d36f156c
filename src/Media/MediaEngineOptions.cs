// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Codecs;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>What the media engine is given once, when it starts.</summary>
internal sealed record MediaEngineOptions
{
    /// <summary>Randomness for SSRCs, sequence numbers, time stamps and SRTP keys.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>Makes encoders and decoders.</summary>
    public IMediaCodecs Codecs { get; init; } = new MediaCodecs();

    /// <summary>Worker threads; each call is owned by one of them. 0 picks by the number of processors.</summary>
    public int Workers { get; init; }

    /// <summary>The address that media sockets are bound to; the wildcard address listens everywhere.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>First media port of the allowed range; 0 lets the system pick.</summary>
    public int FirstPort { get; init; }

    /// <summary>Last media port of the allowed range; 0 lets the system pick.</summary>
    public int LastPort { get; init; }

    /// <summary>Gets a copy of every media packet as it is on the wire (<c>--pcap</c>); null captures nothing.</summary>
    public PacketCapture? Capture { get; init; }

    /// <summary>Waits by the portable path even where a faster one exists. For tests.</summary>
    public bool PortableTransport { get; init; }
}
