// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Sessions;

public class ManyCallsTests
{
    // A machine that is busy with other things may be too slow for fifty calls: what comes through at all is each call's own.
    [Fact]
    public void FiftyCallsAtOnceEachHearTheirOwn()
    {
        using var engine = CallPair.NewEngine();
        var calls = Enumerable.Range(0, 25).Select(i => new CallPair(new() { Codecs = ["pcmu"] }, callerSays: Signals.Tone(Low(i)), calleeSays: Signals.Tone(High(i)), engine: engine)).ToList();
        for (int i = 0; i < calls.Count; i++)
        {
            UntilEverHeard(calls[i].CallerEnd, High(i));
            UntilEverHeard(calls[i].CalleeEnd, Low(i));
        }

        calls.ForEach(call => call.Dispose());
    }

    // Whole periods in 100 ms, none of which another tone's window takes for its own.
    private static int Low(int call) => 400 + (call * 20);

    private static int High(int call) => 1000 + (call * 20);

    private static void UntilEverHeard(TestEnd? end, int hertz) => CallPair.Until(() => end is not null && WasHeard(end.Heard, hertz), $"{hertz} Hz");

    private static bool WasHeard(ReadOnlySpan<short> heard, int hertz)
    {
        const int Window = 4800;
        for (int at = 0; at + Window <= heard.Length; at += Window / 2)
        {
            if (Signals.ShareAt(heard.Slice(at, Window), hertz) > 0.8)
                return true;
        }

        return false;
    }
}
