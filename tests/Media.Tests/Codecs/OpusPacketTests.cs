// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.Opus;

namespace Earshot.Media.Tests.Codecs;

/// <summary>The table-of-contents byte and the framing behind it (RFC 6716 §3).</summary>
public sealed class OpusPacketTests
{
    [Theory]
    [InlineData(new byte[] { 0x00 }, 480)] // SILK narrow, 10 ms
    [InlineData(new byte[] { 0x18 }, 2880)] // SILK narrow, 60 ms
    [InlineData(new byte[] { 0x19 }, 5760)] // two of 60 ms
    [InlineData(new byte[] { 0x78 }, 960)] // hybrid full band, 20 ms
    [InlineData(new byte[] { 0xE0 }, 120)] // CELT full band, 2.5 ms
    [InlineData(new byte[] { 0xE3, 48 }, 5760)] // 48 of 2.5 ms
    [InlineData(new byte[] { 0xE3, 49 }, -1)] // 122.5 ms: too long
    [InlineData(new byte[] { 0x1B, 3 }, -1)] // 180 ms: too long
    [InlineData(new byte[] { 0xE3, 0 }, -1)] // no frame at all
    [InlineData(new byte[] { 0xE3 }, -1)] // no count
    [InlineData(new byte[] { }, -1)]
    public void LengthIsReadFromTheHead(byte[] packet, int samples) => Assert.Equal(samples, OpusPacket.Samples(packet));

    [Theory]
    [InlineData(new byte[] { 0x08, 0x40 }, true)] // 20 ms: one VAD bit, then the copy's
    [InlineData(new byte[] { 0x08, 0x80 }, false)] // speech, no copy
    [InlineData(new byte[] { 0x10, 0x20 }, true)] // 40 ms: two VAD bits
    [InlineData(new byte[] { 0x18, 0x10 }, true)] // 60 ms: three
    [InlineData(new byte[] { 0xF8, 0x40 }, false)] // CELT carries none
    [InlineData(new byte[] { 0x0A, 1, 0x40, 0 }, true)] // two frames, the first of one byte
    [InlineData(new byte[] { 0x0A, 0, 0x40, 0 }, false)] // the first is empty: nothing of it to read
    [InlineData(new byte[] { 0x0A, 9, 0x40, 0 }, false)] // longer than the packet
    [InlineData(new byte[] { 0x0B, 0x82, 1, 0x40, 0 }, true)] // counted frames with lengths
    [InlineData(new byte[] { 0x0B, 0xC2, 1, 1, 0x40, 0, 0 }, true)] // and padding
    [InlineData(new byte[] { 0x0B, 0x81, 0x40 }, true)] // one frame: no length
    [InlineData(new byte[] { 0x0B, 0x03, 0x40, 0, 0 }, true)] // three of one size
    public void TheCopyOfTheFrameBeforeIsAnnouncedInTheFirstByte(byte[] packet, bool carries) => Assert.Equal(carries, OpusPacket.CarriesFec(packet));

    [Fact]
    public void ALengthOfTwoBytesIsSteppedOver()
    {
        var packet = new byte[4 + 252];
        (packet[0], packet[1], packet[2], packet[3]) = (0x0A, 252, 0, 0x40);
        Assert.True(OpusPacket.CarriesFec(packet));
    }
}
