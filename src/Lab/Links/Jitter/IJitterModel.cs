// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>How much longer than the link's base delay each packet takes, independently of the others.</summary>
/// <remarks>Without state of its own: one model may serve both directions of a call.</remarks>
internal interface IJitterModel
{
    /// <summary>Milliseconds for one packet, 0 or more.</summary>
    /// <param name="random">The link's stream for this concern alone.</param>
    /// <param name="packet">How many packets came before.</param>
    double NextMs(SeededRandom random, long packet);
}
