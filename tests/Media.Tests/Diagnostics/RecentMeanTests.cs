// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;

namespace Earshot.Media.Tests.Diagnostics;

public class RecentMeanTests
{
    [Fact]
    public void TheMeanForgetsWhatIsLongAgo()
    {
        var mean = new RecentMean(100);
        Assert.Null(mean.Read(0, 0));
        Assert.Equal(5, mean.Read(50, 10));
        Assert.Equal(5, mean.Read(1050, 60));
        Assert.Equal(20, mean.Read(2050, 110));
        Assert.Equal(1, mean.Read(2150, 210));
    }
}
