// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Tests.Sessions;

public class RunningCallAllocationTests
{
    [Theory]
    [InlineData("opus")]
    [InlineData("g722")]
    [InlineData("pcmu")]
    public void ARunningCallDoesNotAllocate(string codec)
    {
        using var engine = CallPair.NewEngine(codecs: new MediaCodecs());
        using var call = new CallPair(new() { Codecs = [codec] }, engine: engine);
        CallPair.Talk(2.2);
        CallPair.Until(() => engine.AllocatedBytesPerSecond == 0, "a second without an allocation on the media threads");
    }
}
