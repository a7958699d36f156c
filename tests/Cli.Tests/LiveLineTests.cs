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
}
