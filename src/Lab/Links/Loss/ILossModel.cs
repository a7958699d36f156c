// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Which packets a link loses.</summary>
/// <remarks>May keep state: one for each direction.</remarks>
internal interface ILossModel
{
    /// <summary>Asked once for every packet.</summary>
    bool Loses(SeededRandom random);
}
