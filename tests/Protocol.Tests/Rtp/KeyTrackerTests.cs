// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

/// <summary>Which telephone-events are one key (RFC 4733 §2.5).</summary>
public sealed class KeyTrackerTests
{
    private KeyTracker _keys;

    [Fact]
    public void AKeyIsToldOnceWhicheverOfItsPacketsCome()
    {
        Assert.True(Take(5, 1000, 160, marker: true));
        Assert.False(Take(5, 1000, 320));
        Assert.False(Take(5, 1000, 480, isEnd: true));
        Assert.False(Take(5, 1000, 480, isEnd: true));
        // Of the next only its end comes.
        Assert.True(Take(5, 3000, 480, isEnd: true));
    }

    [Fact]
    public void ALongKeysSegmentsAreOneKey()
    {
        Assert.True(Take(7, 1000, 960, marker: true));
        Assert.False(Take(7, 1000, 65535));
        Assert.False(Take(7, 66535, 400));
        Assert.False(Take(7, 66535, 65535));
        Assert.False(Take(7, 132070, 200, isEnd: true));
        Assert.True(Take(7, 132270, 200));
    }

    [Fact]
    public void ASegmentFollowsAlsoWhenTheLongestDurationWasLost()
    {
        Assert.True(Take(7, uint.MaxValue - 100, 960, marker: true));
        Assert.False(Take(7, unchecked(uint.MaxValue - 100 + 65535), 400));
    }

    [Fact]
    public void ASenderThatCutsItsSegmentsEarlierIsUnderstood()
    {
        Assert.True(Take(7, 0, 960, marker: true));
        Assert.False(Take(7, 0, 48000));
        Assert.False(Take(7, 48000, 960));
    }

    [Fact]
    public void ANewPressIsANewKeyEvenWhereASegmentWouldBegin()
    {
        Assert.True(Take(7, 0, 65535, marker: true));
        Assert.True(Take(7, 65535, 960, marker: true));
        Assert.True(Take(8, 131070, 960));
        Assert.True(Take(8, 131070 + 2000, 960));
    }

    [Fact]
    public void ALatePacketOfTheKeyBeforeIsNoKey()
    {
        Assert.True(Take(1, 5000, 160, marker: true));
        Assert.True(Take(2, 9000, 160, marker: true));
        Assert.False(Take(1, 5000, 320, isEnd: true));
        _keys.Reset();
        Assert.True(Take(1, 5000, 320, isEnd: true));
    }

    private bool Take(byte code, uint timestamp, ushort duration, bool marker = false, bool isEnd = false) =>
        _keys.HandleEvent(new TelephoneEvent(code, isEnd, 10, duration), timestamp, marker);
}
