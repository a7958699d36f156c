// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

/// <summary>docs/command.md names what there is.</summary>
public sealed class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "command.md"));

    [Fact]
    public void EachVerbAndOptionIsInTheManual() => Assert.All(
        EarshotCommand.CreateRoot().Subcommands.SelectMany(verb => verb.Options.Select(o => o.Name).Prepend(verb.Name)).Distinct(),
        word => Assert.Contains("`" + word, Manual, StringComparison.Ordinal));

    [Fact]
    public void EachReasonIsInTheManual() =>
        Assert.All(Enum.GetValues<CallEndReason>(), reason => Assert.Contains(ReasonWords.Of(reason), Manual, StringComparison.Ordinal));
}
