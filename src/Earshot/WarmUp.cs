// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Earshot.Media.Transport.Dtls;

namespace Earshot;

//   1. a DTLS handshake in memory             what a call that begins at this very moment needs last, and would wait for longest
//   2. caller ──INVITE, SRTP──► callee        both in this process, on loopback, silent:
//             ◄──200, SRTP─────               what a first call would compile, this one compiles before it

/// <summary>A handshake and a silent call of a process with itself, so that its first real call finds every method compiled and every library loaded.</summary>
/// <remarks>Thread: any. Once a process; nothing where code is compiled ahead of time. A warm-up that fails is no fault: the first call is only slower.</remarks>
internal static class WarmUp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static int _begun;

    /// <summary>Begins in the background, unless this process is warm.</summary>
    /// <param name="options">The phone's.</param>
    /// <param name="isCalling">A real call has begun: it compiles the rest by itself, and a silent one beside it would only take its turns.</param>
    public static void Begin(PhoneOptions options, Func<bool> isCalling)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || Interlocked.Exchange(ref _begun, 1) != 0)
            return;
        // A thread of its own: what blocks in the pool would hold up the very call that it is for.
        new Thread(() => Run(options, isCalling)) { IsBackground = true, Name = "earshot warm-up" }.Start();
    }

    private static void Run(PhoneOptions options, Func<bool> isCalling)
    {
        try
        {
            if (options.Security.Contains(MediaSecurityMethod.Dtls))
                ShakeHands();
        }
        catch (Exception wrong)
        {
            Debug.WriteLine(wrong);
        }

        if (!isCalling())
            _ = CallSelfAsync(options);
    }

    /// <summary>The handshake.</summary>
    /// <returns>False when it did not come to keys.</returns>
    internal static bool ShakeHands()
    {
        using var executor = new DtlsExecutor();
        return DtlsWarmUp.Shake(executor);
    }

    /// <summary>The call: set up, heard, hung up.</summary>
    /// <returns>From its first step to its first sound; null when it was not heard.</returns>
    internal static async Task<TimeSpan?> CallSelfAsync(PhoneOptions options)
    {
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            var silent = options with
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Microphone = "silence",
                Speaker = "null",
                WarmUp = false,
                StunServer = null,
                TurnServers = [],
                FirstMediaPort = 0,
                LastMediaPort = 0,
                PacketCaptureFile = null,
                RecordFile = null,
                KeepsPeers = false,
                Probe = null,
            };
            await using var callee = await Phone.StartAsync(silent, limit.Token).ConfigureAwait(false);
            await using var caller = await Phone.StartAsync(silent, limit.Token).ConfigureAwait(false);
            callee.IncomingCall += call => call.Accept();
            var heard = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var call = await caller.CallAsync(
                callee.ListenUri, new CallOptions { OnEvent = step => { if (step is CallHeard) heard.TrySetResult(step.At); } }, limit.Token).ConfigureAwait(false);
            _ = call.GetStatistics();
            return await heard.Task.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is PhoneException or CallFailedException or OperationCanceledException or IOException or ArgumentException)
        {
            Debug.WriteLine(wrong);
            return null;
        }
    }
}
