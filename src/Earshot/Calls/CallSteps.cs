// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Calls;

/// <summary>The steps of one call and those who are told: each is told every step once and in order, the past ones first.</summary>
/// <remarks>
/// <code>
/// Tell ──► past (bounded) ──copied by Subscribe──┐
///   └────────────────────────────────────────────┴─► each listener's own queue ─► listener, one step at a time
/// </code>
/// Thread: any. No lock is held while a listener runs, so it may subscribe, hang up or wait for other threads. Whoever finds a listener idle
/// tells it all that waits; whoever finds it busy leaves its step in the queue to the one who tells. A listener that blocks holds up whoever
/// tells it and nobody else; one that throws is reported and told the next step all the same.
/// </remarks>
/// <param name="failed">Told what a listener threw.</param>
internal sealed class CallSteps(Action<Exception> failed)
{
    /// <summary>Steps kept, for those who subscribe late and for those who are slow: the peer decides how many there are (keys, changes), so the oldest go.</summary>
    public const int MaxKept = 256;

    private readonly Lock _lock = new();
    private readonly Queue<CallEvent> _past = new();
    private Listener[] _listeners = [];
    private bool _isOver;

    /// <summary>A step happened; what media or a server says after the end is told to nobody.</summary>
    public void Tell(CallEvent step)
    {
        Listener[] listeners;
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = step is CallEnded;
            Keep(_past, step);
            listeners = _listeners;
            foreach (var listener in listeners) Keep(listener.Waiting, step);
        }

        foreach (var listener in listeners) Drain(listener);
    }

    /// <summary>Adds a listener. It has been told the past when this returns, unless another thread is telling it.</summary>
    public void Subscribe(Action<CallEvent> listen)
    {
        var listener = new Listener(listen);
        lock (_lock)
        {
            foreach (var step in _past) listener.Waiting.Enqueue(step);
            _listeners = [.. _listeners, listener];
        }

        Drain(listener);
    }

    private static void Keep(Queue<CallEvent> steps, CallEvent step)
    {
        if (steps.Count == MaxKept) steps.Dequeue();
        steps.Enqueue(step);
    }

    private void Drain(Listener listener)
    {
        lock (_lock)
        {
            if (listener.IsBeingTold) return;
            listener.IsBeingTold = true;
        }

        while (TryTake(listener, out var step))
        {
            try
            {
                listener.Listen(step);
            }
            catch (Exception wrong)
            {
                failed(wrong); // theirs, not ours: the call goes on
            }
        }
    }

    private bool TryTake(Listener listener, [NotNullWhen(true)] out CallEvent? step)
    {
        lock (_lock)
        {
            listener.IsBeingTold = listener.Waiting.TryDequeue(out step);
            return listener.IsBeingTold;
        }
    }

    private sealed class Listener(Action<CallEvent> listen)
    {
        public Action<CallEvent> Listen => listen;

        public Queue<CallEvent> Waiting { get; } = new();

        public bool IsBeingTold { get; set; }
    }
}
