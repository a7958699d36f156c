// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>Takes incoming calls: asks, answers or refuses, shows each until its end, and counts them.</summary>
/// <param name="phone">Whose calls; calls back, and is closed with the desk.</param>
/// <param name="output">Where to say so.</param>
/// <param name="echo">Answers send back what they hear.</param>
/// <param name="askedFor">The microphone that a person is asked for before it opens; null answers without asking.</param>
/// <param name="reject">Refuses with this status.</param>
/// <param name="count">So many calls.</param>
/// <param name="statisticsFile">For the last call's counters.</param>
/// <param name="callBack">Calls whoever hung up back after so long; null leaves it.</param>
/// <remarks>Thread: <see cref="Take"/> on the phone's, <see cref="Type"/> on the keys', <see cref="ServeAsync"/> on the command's.</remarks>
internal sealed class AnswerDesk(
    Phone phone, IOutput output, bool echo, string? askedFor, int? reject, int? count, string? statisticsFile, TimeSpan? callBack) : IDisposable
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];
    private IncomingCall? _asked;
    private Call? _talking;
    private int _taken;
    private int _ended;

    /// <summary>False when the last call's counters could not be written.</summary>
    public bool KeptStatistics { get; private set; } = true;

    /// <summary>What the last call came to; refusing calls is what was asked for, and done.</summary>
    public int Status { get; private set; }

    /// <summary>A call has come.</summary>
    public void Take(IncomingCall call)
    {
        lock (_lock)
        {
            output.Incoming(call.From, call.DisplayName, call.CallId);
            if (_closing.IsCancellationRequested || (count is { } most && _taken >= most))
            {
                call.Reject(486);
                return;
            }

            if (reject is { } status)
            {
                _taken++;
                call.Reject(status);
                Track(call);
            }
            else if (askedFor is null)
            {
                _taken++;
                Answer(call);
            }
            else if (_asked is not null || _talking is not null)
            {
                call.Reject(486);
            }
            else
            {
                _taken++;
                _asked = call;
                call.Call.Ended.ContinueWith(_ => Forget(call), TaskScheduler.Default);
                Track(call);
                output.Progress("answer", $"Answer? {Heard(askedFor)}  y + Enter answers, n + Enter refuses");
            }
        }
    }

    /// <summary>A line typed at the terminal.</summary>
    public void Type(string line)
    {
        lock (_lock)
        {
            if (_asked is { } call && line is "y" or "Y" or "n" or "N")
            {
                _asked = null;
                if (line is "n" or "N")
                {
                    call!.Reject(603);
                    return;
                }

                _talking = call!.Call;
                call.Accept(new CallOptions());
            }
            else if (_talking is { } talking)
            {
                CallKeys.Press(talking, line, output);
            }
        }
    }

    /// <summary>Until <c>--count</c> calls have ended, the time is over or a signal comes; then hangs up what still talks and closes the phone.</summary>
    /// <remarks>Whoever never confirmed our answer can be waited for 32 s by SIP; the phone waits two, for all of them.</remarks>
    public async Task ServeAsync(TimeSpan? limit, CancellationToken cancel)
    {
        using var over = limit is { } time ? new CancellationTokenSource(time) : new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        try
        {
            await _done.Task.WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time is over or a signal came: close the desk.
        }

        Task[] running;
        lock (_lock)
        {
            _closing.Cancel();
            running = [.. _running];
        }

        await phone.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(3), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _closing.Dispose();

    private void Answer(IncomingCall call)
    {
        Track(call);
        call.Accept(new CallOptions { Echo = echo });
        _talking = call.Call;
    }

    private void Track(IncomingCall call)
    {
        var watch = new CallWatch(output);
        call.Call.Subscribe(watch.OnEvent);
        watch.Begin(call.Call);
        var task = WatchAsync(watch, call.Call);
        _running.Add(task);
        task.ContinueWith(t => { lock (_lock) _running.Remove(t); }, TaskScheduler.Default);
    }

    private async Task WatchAsync(CallWatch watch, Call call)
    {
        var ended = await watch.UntilEndedAsync(null, _closing.Token).ConfigureAwait(false);
        if (reject is null && ExitStatus.Of(ended.End) == ExitStatus.Security) Status = ExitStatus.Security;
        WriteStatistics(ended);
        if (callBack is { } after && call.CallBackUri is { } caller && ended.End.Reason == CallEndReason.RemoteHungUp)
            await CallBackAsync(caller, call.Account, after).ConfigureAwait(false);
        lock (_lock)
        {
            if (_talking == call) _talking = null;
            if (++_ended >= count) _done.TrySetResult();
        }
    }

    private async Task CallBackAsync(string caller, Account? account, TimeSpan after)
    {
        var watch = new CallWatch(output);
        try
        {
            await Task.Delay(after, _closing.Token).ConfigureAwait(false);
            output.Calling(caller);
            var call = await phone.PlaceCallAsync(caller, new CallOptions { Account = account, Echo = echo, OnEvent = watch.OnEvent }, _closing.Token).ConfigureAwait(false);
            lock (_lock) _talking = call;
            watch.Begin(call);
        }
        catch (OperationCanceledException)
        {
            return; // the desk closes
        }
        catch (Exception wrong) when (wrong is ArgumentException or AudioDeviceException)
        {
            output.Notice("call-back", wrong.Message);
            return;
        }

        WriteStatistics(await watch.UntilEndedAsync(null, _closing.Token).ConfigureAwait(false));
        lock (_lock) _talking = null;
    }

    /// <summary>What the caller will hear of this side.</summary>
    internal static string Heard(string microphone) => microphone.Split(':', 2) switch
    {
        ["device", ..] => "The microphone opens.",
        ["file" or "file+loop", var path] => $"The caller will hear {path}.",
        ["tone", var hertz] => $"The caller will hear a tone of {hertz} Hz.",
        _ => "The caller will hear nothing of you.",
    };

    // A full disk costs the file, not the desk; the last call's is the one that was asked for.
    private void WriteStatistics(CallEnded ended) =>
        KeptStatistics = statisticsFile is null || StatisticsFile.TryWrite(statisticsFile, ended, output);

    private void Forget(IncomingCall call)
    {
        lock (_lock)
        {
            if (_asked == call) _asked = null;
        }
    }
}
