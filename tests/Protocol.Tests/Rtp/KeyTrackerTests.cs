// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

/// <summary>Which telephone-events are one key (RFC 4733 §2.5).</summary>
public sealed class KeyTrackerTests
{
    private KeyTracker _keys;
    private ushort _sequence = 65_530;

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

    [Theory]
    [InlineData(100_000u, 1_000_000_000u)]
    [InlineData(3_000_000_000u, 1_500_000_000u)]
    public void KeysAreHeardAfterTheSendersClockWentBack(uint before, uint after)
    {
        Assert.True(Take(1, before + 50_000, 160, marker: true));
        Assert.True(Take(2, before, 160, isEnd: true)); // 6 s back, without marker
        Assert.False(Take(2, before, 160, isEnd: true));
        Assert.True(Take(3, after, 160, marker: true));
        Assert.True(Take(4, after - 2_000, 160, marker: true)); // a quarter of a second back
        Assert.False(Take(4, after - 2_000, 320));
        Assert.True(Take(5, after, 160, marker: true));
    }

    [Fact]
    public void AKeysFirstPacketThatTheNextKeyOvertookIsNoKey()
    {
        Assert.True(Take(1, 5000, 320, isEnd: true));
        Assert.True(Take(2, 9000, 160, marker: true));
        _sequence -= 4;
        Assert.False(Take(1, 5000, 160, marker: true));
    }

    [Fact]
    public void AtAnotherClockFiveSecondsAreMoreTicks()
    {
        Assert.True(Take(1, 1_000_000, 160, clockRate: 48000));
        Assert.False(Take(1, 900_000, 160, clockRate: 48000));
        Assert.True(Take(1, 700_000, 160, clockRate: 48000));
    }

    private bool Take(byte code, uint timestamp, ushort duration, bool marker = false, bool isEnd = false, int clockRate = 8000) =>
        _keys.HandleEvent(new TelephoneEvent(code, isEnd, 10, duration), _sequence++, timestamp, marker, clockRate);
}
