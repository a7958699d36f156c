// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Media.Diagnostics;

//   captured   │◄──── packet P ────►│
//                                   │◄ network ►│◄ wait ►│block B│block B│  played
//                                                        │◄─ packet P ──►│
//
//   every sample:  P + network + the wait of its packet's first block

/// <summary>Puts the estimate from mouth to ear together from what is counted.</summary>
/// <remarks>
/// W3C's jitterBufferDelay takes each sample from its packet's arrival to the pull of its block: with packets longer than a block the later blocks
/// wait (P − B)/2 longer on average, while their sound was said as much later. Framing is a whole packet, so that is taken off again; blocks longer than
/// packets pull the later packets early, which is the same formula with the other sign. Held against the lab, which knows when each sample was said.
/// </remarks>
internal static class MouthToEar
{
    /// <summary>The stages.</summary>
    /// <param name="codec">Its name in SDP, small.</param>
    /// <param name="packetMs">Sound in a packet.</param>
    /// <param name="blockMs">Sound in a block that is pulled.</param>
    /// <param name="captureMs">From the capture of a packet's last sample to its encoder.</param>
    /// <param name="roundTripMs">By RTCP; 0 while unknown.</param>
    /// <param name="bufferMs">Mean of W3C's jitterBufferDelay.</param>
    /// <param name="playbackMs">From the pull to the converter.</param>
    public static MouthToEarStages Of(
        string codec, double packetMs, double blockMs, double captureMs, double roundTripMs, double bufferMs, double playbackMs) => new(
        Capture: captureMs,
        Framing: packetMs,
        LookAhead: LookAheadMs(codec),
        Network: roundTripMs / 2,
        JitterBuffer: Math.Max(0, bufferMs - ((packetMs - blockMs) / 2)),
        Playback: playbackMs);

    // RFC 6716 §2: 2.5 ms of CELT overlap and 4 ms of SILK at the most; G.722's filter bank: 22 samples at 16 kHz. Codecs of 8 and 16 kHz
    // are converted from 48 kHz and back by filters that delay by half their length each.
    private static double LookAheadMs(string codec) => codec switch
    {
        "opus" => 6.5,
        "g722" => 1.375 + ConversionMs(16),
        _ => ConversionMs(8),
    };

    private static double ConversionMs(double lowRateKhz) => Resampler.LowRateTaps / lowRateKhz;
}
