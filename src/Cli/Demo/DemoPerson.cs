// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Demo;

/// <summary>One of the two in the demo.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Microphone">A SOURCE of the command.</param>
/// <param name="Speaker">A SINK of the command.</param>
internal sealed record DemoPerson(string Name, string Microphone, string Speaker);
