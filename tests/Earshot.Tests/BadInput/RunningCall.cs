// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Tests.BadInput;

/// <summary>Two phones of this process in a call on loopback, one of which everything bad is thrown at.</summary>
internal sealed class RunningCall : IAsyncDisposable
{
    private readonly Phone _caller;
    private readonly TaskCompletionSource<Call> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _others;

    private RunningCall(Phone caller, Phone victim)
    {
        _caller = caller;
        Victim = victim;
        victim.IncomingCall += Answer;
    }

    public Phone Victim { get; }

    public IPEndPoint SipAt => IPEndPoint.Parse(Victim.ListenUri[(Victim.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);

    public Call AtCaller { get; private set; } = null!;

    public Call AtVictim { get; private set; } = null!;

    public IPEndPoint MediaAt => IPEndPoint.Parse(AtVictim.Session!.Local);

    /// <summary>Calls of strangers that rang and were refused.</summary>
    public int Others => Volatile.Read(ref _others);

    public static async Task<RunningCall> StartAsync(MediaSecurityMethod security)
    {
        var call = new RunningCall(await PhoneAsync("alice", security), await PhoneAsync("bob", security));
        await call.CallAsync();
        return call;
    }

    /// <summary>One more call between the two, to see that the phone still takes calls.</summary>
    public async Task<CallEndReason> CallAgainAsync()
    {
        var call = await _caller.CallAsync(Victim.ListenUri, new CallOptions { Echo = true });
        call.HangUp();
        return (await call.Ended.WaitAsync(TimeSpan.FromSeconds(20))).End.Reason;
    }

    /// <summary>Packets and made-up samples that the victim has heard so far.</summary>
    public (long Packets, long Concealed) Heard() =>
        AtVictim.GetStatistics() is { } now ? (now.PacketsReceived, now.ConcealedSamples) : (0, 0);

    /// <summary>Waits until the victim has heard so many more packets.</summary>
    public async Task HearAsync(int packets)
    {
        var from = Heard().Packets;
        for (var i = 0; i < 2000 && Heard().Packets < from + packets; i++) await Task.Delay(10);
        Assert.True(Heard().Packets >= from + packets, $"only {Heard().Packets - from} packets in 20 s");
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await Victim.DisposeAsync();
    }

    private static Task<Phone> PhoneAsync(string user, MediaSecurityMethod security) => Phone.StartAsync(new PhoneOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        User = user,
        Microphone = "tone:440",
        Speaker = "null",
        Security = [security],
    });

    private async Task CallAsync()
    {
        AtCaller = await _caller.CallAsync(Victim.ListenUri);
        AtVictim = await _taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await AtVictim.Connected.WaitAsync(TimeSpan.FromSeconds(20));
        await HearAsync(10);
    }

    // Only the caller's calls are taken: what strangers send rings here too, and a busy phone refuses.
    private void Answer(IncomingCall incoming)
    {
        if (!incoming.From.Contains("alice@", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _others);
            incoming.Reject(486);
            return;
        }

        _taken.TrySetResult(incoming.Accept(new CallOptions { Echo = _taken.Task.IsCompleted }));
    }
}
