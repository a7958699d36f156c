// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Sessions;

public class ManyCallsTests
{
    [Fact]
    public void FiftyCallsAtOnce()
    {
        using var engine = CallPair.NewEngine();
        var calls = Enumerable.Range(0, 25).Select(_ => new CallPair(new() { Codecs = ["pcmu"] }, engine: engine)).ToList();
        CallPair.Until(() => calls.All(call => call.CallerEnd?.Heard.Length > 60000 && call.CalleeEnd?.Heard.Length > 60000), "sound in all calls");
        foreach (var call in calls)
        {
            CallPair.UntilHeard(call.CallerEnd!, 1000);
            CallPair.UntilHeard(call.CalleeEnd!, 600);
            var statistics = call.Caller.GetStatistics();
            Assert.True(statistics.CaptureOverruns * 20 <= statistics.PacketsSent, "captured sound was lost"); // a busy machine may lose a block
        }

        calls.ForEach(call => call.Dispose());
    }
}
