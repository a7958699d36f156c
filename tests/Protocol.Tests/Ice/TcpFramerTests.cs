// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>RFC 4571: datagrams in a stream.</summary>
public sealed class TcpFramerTests
{
    [Fact]
    public void AStreamIsCutIntoDatagramsHoweverItComes()
    {
        byte[] stream = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9];
        for (int piece = 1; piece <= stream.Length; piece++)
        {
            var framer = new TcpFramer();
            var frames = new List<string>();
            for (int at = 0; at < stream.Length; at += piece)
            {
                framer.Append(stream.AsSpan(at, Math.Min(piece, stream.Length - at)));
                while (framer.TryTake(out var frame))
                    frames.Add(Convert.ToHexString(frame));
            }

            Assert.Equal(["010203", "", "09"], frames);
            Assert.False(framer.HasPart);
        }
    }

    [Fact]
    public void ALengthBeyondTheBufferBreaksTheStream()
    {
        var framer = new TcpFramer(64);
        framer.Append([0, 62]);
        Assert.False(framer.TryTake(out _));
        Assert.True(framer.HasPart && !framer.IsBroken);

        framer = new TcpFramer(64);
        framer.Append([0, 63]);
        Assert.False(framer.TryTake(out _));
        Assert.True(framer.IsBroken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhateverComesMemoryIsBoundedAndRoomIsLeft(bool isStun)
    {
        var random = new Random(FuzzSeed.Or(4571));
        for (int round = 0; round < 3000; round++)
        {
            StreamFramer framer = isStun ? new StunStreamFramer(256) : new TcpFramer(256);
            for (int i = 0; i < 200 && !framer.IsBroken; i++)
            {
                var room = framer.Room();
                Assert.True(room.Count > 0);
                int count = random.Next(1, room.Count + 1);
                for (int at = 0; at < count; at++)
                    room[at] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(2) * 0x40);
                framer.Advance(count);
                while (framer.TryTake(out var frame))
                    Assert.InRange(frame.Length, 0, 256);
            }
        }
    }
}
