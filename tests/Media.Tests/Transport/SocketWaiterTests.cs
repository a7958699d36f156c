// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;

namespace Earshot.Media.Tests.Transport;

public class SocketWaiterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADatagramEndsTheWaitWithItsToken(bool portable)
    {
        using var waiter = SocketWaiter.Create(portable);
        using var a = UdpPortTests.Open(portable);
        using var b = UdpPortTests.Open(portable);
        waiter.Add(a, 40);
        waiter.Add(b, 42);
        a.Send([1], b.Local);
        var ready = new int[8];
        var now = MonotonicClock.Now;
        Assert.Equal(1, waiter.Wait(now, now + TimeSpan.FromSeconds(5), ready));
        Assert.Equal(42, ready[0]);
        waiter.Remove(a);
        waiter.Remove(b);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TimeEndsTheWait(bool portable)
    {
        using var waiter = SocketWaiter.Create(portable);
        var now = MonotonicClock.Now;
        Assert.Equal(0, waiter.Wait(now, now + TimeSpan.FromMilliseconds(12.5), new int[8]));
        Assert.True(MonotonicClock.Now - now >= TimeSpan.FromMilliseconds(portable ? 11 : 12.4));
        Assert.Equal(0, waiter.Wait(now, now - TimeSpan.FromMilliseconds(5), new int[8]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWakeUpBeforeOrDuringTheWaitEndsIt(bool portable)
    {
        using var waiter = SocketWaiter.Create(portable);
        var now = MonotonicClock.Now;
        waiter.Wake();
        waiter.Wake();
        waiter.Wait(now, now + TimeSpan.FromSeconds(30), default);
        var thread = new Thread(() =>
        {
            Thread.Sleep(20);
            waiter.Wake();
        });
        thread.Start();
        now = MonotonicClock.Now;
        waiter.Wait(now, now + TimeSpan.FromSeconds(30), default);
        Assert.True(MonotonicClock.Now - now < TimeSpan.FromSeconds(25));
        thread.Join();
    }
}
