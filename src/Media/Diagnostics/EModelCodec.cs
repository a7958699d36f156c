// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>A codec in the E-model.</summary>
/// <param name="Impairment">Ie: what it takes from R without loss.</param>
/// <param name="Robustness">Bpl: the loss in percent at which half of what is left is gone.</param>
internal readonly record struct EModelCodec(double Impairment, double Robustness)
{
    /// <summary>A codec with its concealment.</summary>
    /// <param name="name">Lower case, as in SDP.</param>
    /// <remarks>
    /// G.711: Ie 0, Bpl 25.1 (ITU-T G.113 appendix I, with the concealment of G.711 appendix I; 4.3 would be without any).
    /// Opus and G.722 have no values on this scale. Taken here: Ie 0, since either sounds better than G.711 without loss and the scale ends there,
    /// and Bpl 25.1, since both are concealed. What FEC or redundancy recovered is no loss and is not to be counted as such.
    /// </remarks>
    public static EModelCodec Of(string name) => name switch
    {
        "pcmu" or "pcma" or "opus" or "g722" => new(0, 25.1),
        _ => new(0, 4.3),
    };
}
