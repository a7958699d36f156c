// SPDX-License-Identifier: MIT
namespace Earshot.Media;

/// <summary>Why a server that was named does nothing for the call.</summary>
/// <param name="IsRelay">A TURN server; else one for STUN.</param>
/// <param name="Why">One line, without name and password.</param>
internal sealed record ServerEnd(bool IsRelay, string Why);
