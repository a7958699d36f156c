// SPDX-License-Identifier: MIT
using Xunit.Sdk;

namespace Earshot.Protocol.Tests;

/// <summary>The measure that all tests named …DoesNotAllocate stand on can fail, and fails for nothing that happens once.</summary>
public sealed class SteadyStateTests
{
    private object? _kept;

    [Fact]
    public void ALoopThatAllocatesNothingPasses() => SteadyState.AllocatesNothing(100, i => _kept = i < 0 ? new object() : null);

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100)]
    public void ALoopThatAllocatesInEveryPassFails(int oneIn)
    {
        var failure = Assert.Throws<FailException>(() => SteadyState.AllocatesNothing(100, i => _kept = i % oneIn == 0 ? new object() : _kept));
        Assert.Contains("Every pass of 100 turns allocated: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHappensOnceIsForgiven() => SteadyState.AllocatesNothing(100, i => _kept = i is 150 or 250 ? new byte[5456] : _kept);

    [Fact]
    public void TurnsAreNumberedThroughAllPasses()
    {
        int next = 0;
        SteadyState.AllocatesNothing(10, i => _kept = i == next++ ? null : new object());
        Assert.Equal(20, next);
    }
}
