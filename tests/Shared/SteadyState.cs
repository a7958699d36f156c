// SPDX-License-Identifier: MIT
namespace Earshot.Tests.Shared;

/// <summary>
/// Holds a loop to allocating nothing once it runs. The thread's counter also moves for what is not the loop's: a collection that retires the
/// thread's allocation context, a method compiled anew or a type initialised on the way. Such a thing happens once; a loop that allocates does so
/// in every pass. So one whole pass of several must count exactly nothing.
/// </summary>
internal static class SteadyState
{
    private const int Passes = 8;

    /// <summary>
    /// Runs a pass to warm up and then up to eight measured ones. A pass is <paramref name="turns"/> long, and must be long enough for whatever the loop
    /// does but now and then; turns are numbered through all passes, so that time and sequence numbers go on.
    /// </summary>
    public static void AllocatesNothing(int turns, Action<int> turn)
    {
        long[] allocated = new long[Passes];
        int at = 0;
        Pass(turns, turn, ref at);
        for (int pass = 0; pass < Passes; pass++)
        {
            allocated[pass] = Pass(turns, turn, ref at);
            if (allocated[pass] == 0)
                return;
        }

        Assert.Fail($"Every pass of {turns} turns allocated: {string.Join(", ", allocated)} bytes");
    }

    /// <summary>As above, for a loop that needs no number.</summary>
    public static void AllocatesNothing(int turns, Action turn) => AllocatesNothing(turns, _ => turn());

    private static long Pass(int turns, Action<int> turn, ref int at)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < turns; i++)
            turn(at++);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
