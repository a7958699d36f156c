// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Transport;

public class SocketWaiterTests
{
    [Fact]
    public unsafe void AWakeAfterTheEndWritesIntoNobodysFile()
    {
        if (!LinuxSystemCalls.Available)
            Assert.Skip("epoll is Linux's");
        var waiter = SocketWaiter.Create(portable: false);
        waiter.Dispose();
        const int NonBlocking = 0x800;
        var heirs = Enumerable.Range(0, 8).Select(_ => LinuxSystemCalls.EventDescriptor(0, NonBlocking)).ToArray();
        waiter.Wake();
        foreach (int heir in heirs)
        {
            ulong count;
            Assert.Equal(-1, LinuxSystemCalls.Read(heir, &count, sizeof(ulong)));
            LinuxSystemCalls.Close(heir);
        }
    }

    [Fact]
    public unsafe void AnEndThatIsToldTwiceClosesNobodysFile()
    {
        if (!LinuxSystemCalls.Available)
            Assert.Skip("epoll is Linux's");
        var waiter = SocketWaiter.Create(portable: false);
        waiter.Dispose();
        var heirs = Enumerable.Range(0, 8).Select(_ => LinuxSystemCalls.EventDescriptor(1, 0)).ToArray();
        waiter.Dispose();
        foreach (int heir in heirs)
        {
            ulong count;
            Assert.Equal(sizeof(ulong), LinuxSystemCalls.Read(heir, &count, sizeof(ulong)));
            LinuxSystemCalls.Close(heir);
        }
    }

    [Fact]
    public void AWaitThatTheEndMeetsReturnsAndTheNextOneDoesNotWait()
    {
        if (!LinuxSystemCalls.Available)
            Assert.Skip("epoll is Linux's");
        for (int round = 0; round < 200; round++)
        {
            var waiter = SocketWaiter.Create(portable: false);
            using var began = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                began.Set();
                waiter.Wait(MonotonicClock.Now, Instant.Never, default);
                waiter.Wait(MonotonicClock.Now, Instant.Never, default);
            })
            { IsBackground = true };
            thread.Start();
            began.Wait(TestContext.Current.CancellationToken);
            waiter.Dispose();
            Assert.True(thread.Join(TimeSpan.FromMinutes(1)), $"round {round}");
        }
    }

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
