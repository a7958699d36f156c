// SPDX-License-Identifier: MIT
namespace Earshot.Tests;

public sealed class WarmUpTests
{
    [Fact]
    public async Task AProcessCallsItselfAndIsHeard()
    {
        var heard = await WarmUp.CallSelfAsync(new PhoneOptions { Codecs = ["g722"], WarmUp = true });
        Assert.NotNull(heard);
    }

    [Fact]
    public void AProcessShakesHandsWithItself() => Assert.True(WarmUp.ShakeHands());

    [Fact]
    public async Task AWarmUpThatCannotBeIsNoFault() =>
        Assert.Null(await WarmUp.CallSelfAsync(new PhoneOptions { Security = [] }));
}
