// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Replay;

/// <summary>A capture that cannot be replayed: one line that says why.</summary>
internal sealed class PcapException(string message) : Exception(message);
