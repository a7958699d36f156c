// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Tests;

public sealed class InstantTests
{
    [Fact]
    public void NeverStaysNeverWhateverIsAdded() =>
        Assert.Equal(Instant.Never, Instant.Never + TimeSpan.FromSeconds(1));

    [Fact]
    public void DurationsAddAndSubtract()
    {
        var start = Instant.FromMilliseconds(5);
        Assert.Equal(TimeSpan.FromMilliseconds(20), start + TimeSpan.FromMilliseconds(20) - start);
        Assert.True(start < start + TimeSpan.FromTicks(1));
    }
}
