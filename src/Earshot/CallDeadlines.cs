// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Protocol;

namespace Earshot;

/// <summary>Wakes the signalling loop when a call's next deadline has come.</summary>
/// <remarks>Thread: the signalling loop; the timer only posts back to it.</remarks>
internal sealed class CallDeadlines : IDisposable
{
    private readonly Timer _timer;
    private Instant _next = Instant.Never;
    private Action<Instant>? _then;

    /// <param name="post">Runs an action on the signalling loop.</param>
    public CallDeadlines(Action<Action<Instant>> post) => _timer = new Timer(_ => post(Fire));

    /// <summary>Replaces what was asked for before.</summary>
    public void WakeAt(Instant at, Action<Instant> then)
    {
        _then = then;
        if (at == _next) return;
        _next = at;
        if (at == Instant.Never)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var wait = (at - Now).TotalMilliseconds;
        _timer.Change((long)Math.Clamp(Math.Ceiling(wait), 0, int.MaxValue), Timeout.Infinite);
    }

    public void Dispose() => _timer.Dispose();

    private static Instant Now => new((long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));

    private void Fire(Instant now)
    {
        _next = Instant.Never;
        _then?.Invoke(now);
    }
}
