// SPDX-License-Identifier: MIT
using Earshot.Media.Receive;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Receive;

public class SilenceWatchTests
{
    [Fact]
    public void APeerThatFallsSilentIsToldOnceAndItsReturnToo()
    {
        var watch = new SilenceWatch(TimeSpan.FromSeconds(10));
        watch.Watch(At(0), true);
        watch.HandlePacket(At(1));
        Assert.Equal(At(11), watch.PollTimeout());
        Assert.Equal(SilenceChange.None, watch.HandleTimeout(At(10.9)));
        Assert.Equal(SilenceChange.Silent, watch.HandleTimeout(At(11)));
        Assert.Equal(At(1), watch.Since);
        Assert.Equal(SilenceChange.None, watch.HandleTimeout(At(50)));
        Assert.Equal(SilenceChange.Resumed, watch.HandlePacket(At(51)));
        Assert.Equal(SilenceChange.None, watch.HandlePacket(At(52)));
    }

    [Fact]
    public void TimeOnHoldDoesNotCount()
    {
        var watch = new SilenceWatch(TimeSpan.FromSeconds(10));
        watch.Watch(At(0), true);
        watch.Watch(At(5), false);
        Assert.Equal(Instant.Never, watch.PollTimeout());
        Assert.Equal(SilenceChange.None, watch.HandleTimeout(At(100)));
        watch.Watch(At(200), true);
        Assert.Equal(At(210), watch.PollTimeout());
    }

    private static Instant At(double seconds) => Instant.FromMilliseconds(seconds * 1000);
}
