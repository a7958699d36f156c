// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Tests.Ice;

/// <summary>What is told of STUN servers and relays that are not there.</summary>
public class ServerEndsTests
{
    private const string Wrong = "the relay carries nothing: wrong password";
    private readonly ServerEnds _ends = new();

    [Fact]
    public void ARelayThatRefusesThroughEachNetworkIsToldOnceAndLaterAgain()
    {
        Assert.True(Add(1000, Wrong));
        Assert.False(Add(1070, Wrong));
        Assert.True(Add(1080, "the other relay carries nothing"));
        Assert.Equal([Wrong, "the other relay carries nothing"], Told());
        Assert.True(Add(60_000, Wrong));
        Assert.Equal([Wrong], Told());
    }

    private bool Add(double ms, string why) => _ends.Add(Instant.FromMilliseconds(ms), new(IsRelay: true, why));

    private List<string> Told()
    {
        List<string> told = [];
        while (_ends.TryTake(out var end))
            told.Add(end.Why);
        return told;
    }
}
