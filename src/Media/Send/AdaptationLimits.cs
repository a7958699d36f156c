// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>What was agreed about adapting what we send to the network.</summary>
/// <param name="Bitrate">Bits per second of the codec on a clean network.</param>
/// <param name="Ceiling">Most bits per second of payload, copies included.</param>
/// <param name="FrameSamples">Samples at 48 kHz in a packet on a clean network.</param>
/// <param name="LongestFrameSamples">Most samples that the peer takes in a packet.</param>
/// <param name="Fec">The peer uses in-band error correction, and we may send it.</param>
/// <param name="Redundancy">The peer takes redundant audio.</param>
internal sealed record AdaptationLimits(int Bitrate, int Ceiling, int FrameSamples, int LongestFrameSamples, bool Fec, bool Redundancy);

/// <summary>How to send at present.</summary>
/// <param name="Bitrate">Bits per second of the codec.</param>
/// <param name="FrameSamples">Samples at 48 kHz in a packet.</param>
/// <param name="LossPercent">Loss that in-band error correction is sized for; 0 for none.</param>
/// <param name="Distances">Which earlier frames each packet repeats.</param>
internal readonly record struct SendSettings(int Bitrate, int FrameSamples, int LossPercent, RedundancyDistances Distances)
{
    /// <summary>Bytes of IPv4, UDP, RTP and an SRTP tag around each payload.</summary>
    public const int HeaderBytes = 20 + 8 + 12 + 10;

    /// <summary>Bits per second on the wire, headers and copies included.</summary>
    public double WireRate => (Bitrate * (1 + Distances.Depth)) + HeaderRate(FrameSamples);

    /// <summary>Bits per second of headers alone.</summary>
    public static double HeaderRate(int frameSamples) => HeaderBytes * 8 * 48000.0 / frameSamples;
}
