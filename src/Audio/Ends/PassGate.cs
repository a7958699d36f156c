// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

//   token = epoch « 1 | inside       card (epoch 4) ──TryEnter(4)──►  8 → 9 … Leave → 8
//                                    watchdog: HandTo(5)              8 → 10
//                                    card wakes late: TryEnter(4)     refused, plays silence
//                                    null end: TryEnter(5)            10 → 11 … Leave → 10

/// <summary>Lets one stream at a time through: the one whose epoch is current.</summary>
/// <remarks>
/// Thread: <see cref="TryEnter"/> and <see cref="Leave"/> are real-time (one compare-and-swap, never a wait);
/// <see cref="HandTo"/> and <see cref="WaitForPass"/> may wait for a block to finish and belong to ordinary threads.
/// </remarks>
internal sealed class PassGate
{
    private long _token;
    private long _passes;

    /// <summary>The epoch that may enter.</summary>
    public long Epoch => Interlocked.Read(ref _token) >> 1;

    /// <summary>Enters if the epoch is current and nobody is inside.</summary>
    public bool TryEnter(long epoch) => Interlocked.CompareExchange(ref _token, (epoch << 1) | 1, epoch << 1) == epoch << 1;

    /// <summary>Leaves after a successful <see cref="TryEnter"/>.</summary>
    public void Leave(long epoch)
    {
        Interlocked.Increment(ref _passes);
        Interlocked.Exchange(ref _token, epoch << 1);
    }

    /// <summary>Makes another epoch current, at a block boundary.</summary>
    public void HandTo(long epoch)
    {
        for (var wait = new SpinWait(); ; wait.SpinOnce())
        {
            var free = Interlocked.Read(ref _token) & ~1L;
            if (Interlocked.CompareExchange(ref _token, epoch << 1, free) == free)
                return;
        }
    }

    /// <summary>Returns when nobody is inside who entered before the call.</summary>
    public void WaitForPass()
    {
        var passes = Interlocked.Read(ref _passes);
        for (var wait = new SpinWait(); (Interlocked.Read(ref _token) & 1) == 1 && Interlocked.Read(ref _passes) == passes; wait.SpinOnce())
        {
        }
    }
}
