// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

/// <summary>What an engine starts on may fail, at the start and later.</summary>
public class EngineStartTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AWaiterThatCannotBeMadeLeavesNothingBehind(int made)
    {
        var waiters = new List<Waiter>();
        var options = new MediaEngineOptions { Random = new TestRandom(1), Workers = 2 };
        Assert.Throws<MediaTransportException>(() => new MediaEngine(options, () =>
        {
            if (waiters.Count == made)
                throw new MediaTransportException("no more file descriptors");
            waiters.Add(new Waiter());
            return waiters[^1];
        }));
        Assert.Equal(made, waiters.Count);
        Assert.All(waiters, waiter => Assert.True(waiter.IsDisposed));
        Assert.All(waiters, waiter => Assert.Equal(0, waiter.Waits)); // no thread ever slept on it
    }

    [Fact]
    public void APortableWaiterWithoutASocketSaysSoAsTheOtherDoes() =>
        Assert.Throws<MediaTransportException>(() => new SelectWaiter(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));

    [Fact]
    public void WhatReachesTheTopOfTheHousekeepingIsShownAndTheThreadGoesOn()
    {
        var waiter = new Waiter { Defect = new InvalidOperationException("a defect") };
        using var housekeeper = new EngineHousekeeper(waiter, () => 0);
        Assert.True(SpinWait.SpinUntil(() => housekeeper.Failure is not null, TimeSpan.FromSeconds(20)));
        Assert.Same(waiter.Defect, housekeeper.Failure);
        waiter.Defect = null;
        int before = waiter.Waits;
        Assert.True(SpinWait.SpinUntil(() => waiter.Waits > before, TimeSpan.FromSeconds(20)));
    }

    private sealed class Waiter : ISocketWaiter
    {
        private volatile int _waits;

        public volatile Exception? Defect;

        public int Waits => _waits;

        public bool IsDisposed { get; private set; }

        public void Add(UdpPort port, int token)
        {
        }

        public void Remove(UdpPort port)
        {
        }

        public int Wait(Instant now, Instant until, Span<int> ready)
        {
            _waits++;
            if (Defect is { } defect)
                throw defect;
            Thread.Sleep(10);
            return 0;
        }

        public void Wake()
        {
        }

        public void Dispose() => IsDisposed = true;
    }
}
