// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Playout;

/// <summary>What a pulled block mostly is. Of several in one block the most telling wins: the later name here.</summary>
internal enum PlayedKind
{
    /// <summary>Nothing has come yet, or a long gap has faded out.</summary>
    Silence,

    /// <summary>The pause of a discontinuous sender, filled by the codec's own noise.</summary>
    ComfortNoise,

    /// <summary>Decoded as it was sent.</summary>
    Normal,

    /// <summary>Decoded, with a pitch period taken out to lower the delay.</summary>
    Accelerated,

    /// <summary>Decoded, with a pitch period put in to raise the delay.</summary>
    Decelerated,

    /// <summary>Decoded from a whole copy that a later packet carries (RFC 2198).</summary>
    Redundant,

    /// <summary>Decoded from the coarse copy that the next packet carries in band.</summary>
    Fec,

    /// <summary>Made up for what is missing.</summary>
    Concealed,
}

/// <summary>What one pull gave.</summary>
/// <param name="Kind">What the block is.</param>
/// <param name="RtpTime">RTP time of the block's first sample; of no meaning while <see cref="HasStream"/> is false.</param>
/// <param name="Arrival">When the packet came that the block's first received sample is of; <see cref="Instant.Never"/> when the block has none.</param>
/// <param name="HasStream">False until the first packet.</param>
internal readonly record struct PulledInfo(PlayedKind Kind, uint RtpTime, Instant Arrival, bool HasStream);

/// <summary>What became of an inserted packet.</summary>
internal enum InsertOutcome
{
    /// <summary>Kept.</summary>
    Kept,

    /// <summary>Already here.</summary>
    Duplicate,

    /// <summary>Its time has been played.</summary>
    Late,

    /// <summary>No decoder for its payload type, not decodable, or longer than a slot.</summary>
    Unplayable,
}
