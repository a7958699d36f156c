// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>Shows one call's life: its steps as they come, its counters every second, its end.</summary>
/// <remarks>Thread: <see cref="OnEvent"/> on the phone's; the rest on the command's.</remarks>
internal sealed class CallWatch(IOutput output)
{
    private readonly TaskCompletionSource<CallEnded> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Call> _call = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<CallEvent> _early = [];

    /// <summary>For <see cref="CallOptions.OnEvent"/>; steps that come before <see cref="Begin"/> are kept.</summary>
    public void OnEvent(CallEvent step)
    {
        lock (_lock)
        {
            if (!_call.Task.IsCompletedSuccessfully) _early.Add(step);
            else Show(_call.Task.Result, step);
        }
    }

    /// <summary>The call is known.</summary>
    public void Begin(Call call)
    {
        lock (_lock)
        {
            _call.SetResult(call);
            foreach (var step in _early) Show(call, step);
            _early.Clear();
        }
    }

    /// <summary>Waits for the end, telling the counters every second; hangs up when <paramref name="limit"/> of talk or <paramref name="cancel"/> comes.</summary>
    public async Task<CallEnded> UntilEndedAsync(TimeSpan? limit, CancellationToken cancel)
    {
        var call = await _call.Task.ConfigureAwait(false);
        using var hangUp = cancel.Register(call.HangUp);
        using var over = new Timer(_ => call.HangUp());
        _ = _connected.Task.ContinueWith(
            _ => { if (limit is { } time) over.Change(time, Timeout.InfiniteTimeSpan); },
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        await Task.WhenAny(_connected.Task, _ended.Task).ConfigureAwait(false);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!_ended.Task.IsCompleted)
        {
            var tick = second.WaitForNextTickAsync(CancellationToken.None).AsTask();
            await Task.WhenAny(tick, _ended.Task).ConfigureAwait(false);
            if (!_ended.Task.IsCompleted && call.GetStatistics() is { } statistics) output.Statistics(call, statistics);
        }

        return await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Who is told to stop waits two seconds for a peer that says nothing, not the 32 that SIP gives its CANCEL.</summary>
    public static IDisposable Closes(Phone phone, CancellationToken cancel) => cancel.Register(() => _ = Task.Run(async () => await phone.DisposeAsync().ConfigureAwait(false)));

    private void Show(Call call, CallEvent step)
    {
        output.Happened(call, step);
        if (step is CallConnected) _connected.TrySetResult();
        if (step is CallEnded ended) _ended.TrySetResult(ended);
    }
}
