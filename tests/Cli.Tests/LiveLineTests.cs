// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;

namespace Earshot.Cli.Tests;

public sealed class LiveLineTests
{
    [Theory]
    [InlineData(80, 79)] // the last column stays free: some terminals wrap there
    [InlineData(20, 19)]
    [InlineData(200, 100)]
    [InlineData(0, 100)]
    public void ALineThatLivesDoesNotWrap(int width, int length) => Assert.Equal(length, LiveLine.Clip(new string('x', 100), width).Length);

    [Theory]
    [InlineData(80)]
    [InlineData(20)]
    public void WhatIsTypedIsSeenBehindIt(int width)
    {
        var line = LiveLine.WithTyped(new string('x', 100), "123#", width);
        Assert.EndsWith("x  > 123#", line, StringComparison.Ordinal);
        Assert.True(line.Length < width);
    }

    [Fact]
    public void WhatIsTypedGoesWithEnterAndEventsLeaveItAlone()
    {
        using var screen = new StringWriter { NewLine = "\n" };
        var output = new TextOutput(screen, screen, terminal: true, quiet: false);
        output.Live("00:01");
        output.Typed("h");
        output.Say("Key 5");
        output.Typed("");
        output.Say("On hold");
        Assert.Equal(["00:01", "00:01  > h", "Key 5\n", "> h", "On hold\n"], screen.ToString().Split("\r\u001b[K", StringSplitOptions.RemoveEmptyEntries));
    }
}
