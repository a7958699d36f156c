// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs;

/// <summary>An encoder that follows the network between two frames.</summary>
/// <remarks>Thread: worker. Real-time: no allocation or lock.</remarks>
internal interface IAdaptiveEncoder
{
    /// <summary>Changes what the network decides.</summary>
    /// <param name="bitrate">Bits per second.</param>
    /// <param name="lossPercent">Loss that in-band error correction is sized for; 0 switches it off.</param>
    void Adapt(int bitrate, int lossPercent);
}
