// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media;
using Earshot.Media.Transport;

namespace Earshot.Benchmarks;

/// <summary>What the capture thread pays to wake a worker: a flag when it is awake or already woken, one eventfd write else.</summary>
[MemoryDiagnoser]
public class WakeUpBenchmark : IDisposable
{
    private readonly ISocketWaiter _woken = SocketWaiter.Create(portable: false);
    private readonly ISocketWaiter _waiting = SocketWaiter.Create(portable: false);

    [Benchmark]
    public void WakeAlreadySignalled() => _woken.Wake();

    [Benchmark]
    public void WakeAndReturnFromWait()
    {
        _waiting.Wake();
        var now = MonotonicClock.Now;
        _waiting.Wait(now, now + TimeSpan.FromSeconds(1), default);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _woken.Dispose();
        _waiting.Dispose();
        GC.SuppressFinalize(this);
    }
}
