// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>What waits on either side of a connection, in virtual time.</summary>
public sealed class StreamQueueTests
{
    private static readonly byte[] Media = [0x80, 0, 1, 2];

    [Fact]
    public void WhatIsOldIsDroppedAndWhatIsAskedOnceIsNot()
    {
        var outbox = new StreamOutbox(StreamFraming.Stun);
        var now = Instant.FromMilliseconds(1000);
        Assert.True(outbox.TryWrite(now, Media));
        Assert.True(outbox.TryWrite(now, Stun(StunClass.Request)));
        Assert.True(outbox.TryWrite(now, Stun(StunClass.Indication)));
        Assert.True(outbox.TryWrite(now, Stun(StunClass.Success)));
        now += TimeSpan.FromMilliseconds(150);
        Assert.True(outbox.TryWrite(now, [0x40, 0, 0, 0]));
        now += TimeSpan.FromMilliseconds(60);
        Assert.Equal([.. Stun(StunClass.Request), .. Stun(StunClass.Success), 0x40, 0, 0, 0], outbox.Gather(now).ToArray());
        Assert.Equal((2, 3, 0), (outbox.Stale, outbox.Gathered, outbox.Refused));
    }

    [Fact]
    public void AFullOutboxStillTakesQuestions()
    {
        var outbox = new StreamOutbox(StreamFraming.Stun);
        int taken = 0;
        while (outbox.TryWrite(Instant.Zero, Media))
            taken++;
        Assert.InRange(taken, 80, 1000);
        Assert.True(outbox.TryWrite(Instant.Zero, Stun(StunClass.Request)));
        Assert.False(outbox.TryWrite(Instant.Zero, Media));
        for (int i = 0; i < 100_000; i++)
            outbox.TryWrite(Instant.Zero, Stun(StunClass.Request));
        Assert.True(outbox.Refused > 99_000);
    }

    [Fact]
    public void DatagramsThatAreTooLongAreRefused()
    {
        var outbox = new StreamOutbox(StreamFraming.LengthPrefix);
        Assert.False(outbox.TryWrite(Instant.Zero, new byte[2049]));
        Assert.False(outbox.TryWrite(Instant.Zero, []));
        Assert.True(outbox.TryWrite(Instant.Zero, new byte[2048]));
        Assert.Equal(2050, outbox.Gather(Instant.Zero).Count);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    [InlineData(4000, false)]
    public void WhatIsLongerThanAnyDatagramOfACallIsDropped(int length, bool comes)
    {
        // What is behind takes datagrams of a socket, which are cut to this length.
        var inbox = new StreamInbox(StreamFraming.LengthPrefix, () => { });
        Take(inbox, Instant.Zero, [(byte)(length >> 8), (byte)length, .. new byte[length]]);
        Take(inbox, Instant.Zero, [0, 1, 7]);
        Assert.True(inbox.TryPeek(out var datagram, out _));
        Assert.Equal(comes ? length : 1, datagram.Length);
        Assert.Equal(comes ? 0 : 1, inbox.Dropped);
    }

    [Fact]
    public void ADatagramHasToBeWholeInTime()
    {
        var inbox = new StreamInbox(StreamFraming.LengthPrefix, () => { });
        var now = Instant.FromMilliseconds(5);
        Take(inbox, now, [0, 4, 1]);
        Assert.Equal(now + StreamInbox.MaximumPart, inbox.PartDue);
        Take(inbox, now + TimeSpan.FromSeconds(4), [2, 3]);
        Assert.Equal(now + StreamInbox.MaximumPart, inbox.PartDue);
        Take(inbox, now + TimeSpan.FromSeconds(4), [4, 0]);
        Assert.Equal(now + TimeSpan.FromSeconds(4) + StreamInbox.MaximumPart, inbox.PartDue);
        Take(inbox, now + TimeSpan.FromSeconds(4), [0]);
        Assert.Equal(Instant.Never, inbox.PartDue);
        Assert.True(inbox.TryPeek(out var datagram, out var arrival));
        Assert.Equal([1, 2, 3, 4], datagram.ToArray());
        Assert.Equal(now + TimeSpan.FromSeconds(4), arrival);
    }

    [Fact]
    public void TheWorkerIsToldOnceUntilItLooked()
    {
        int told = 0;
        var inbox = new StreamInbox(StreamFraming.LengthPrefix, () => told++);
        Take(inbox, Instant.Zero, [0, 1, 1]);
        Take(inbox, Instant.Zero, [0, 1, 2]);
        Assert.Equal(1, told);
        Assert.True(inbox.TryPeek(out _, out _));
        inbox.Release();
        Take(inbox, Instant.Zero, [0, 1, 3]);
        Assert.Equal(1, told);
        while (inbox.TryPeek(out _, out _))
            inbox.Release();
        Take(inbox, Instant.Zero, [0, 1, 4]);
        Assert.Equal(2, told);
    }

    [Fact]
    public void NobodyMissesTheLastDatagram()
    {
        // The writer tells while the reader finds the ring empty: whatever the order, nothing waits untold.
        using var told = new AutoResetEvent(false);
        var inbox = new StreamInbox(StreamFraming.LengthPrefix, () => told.Set());
        const int Rounds = 20_000;
        var writer = new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Take(inbox, Instant.Zero, [0, 1, (byte)i]);
                while (i - Volatile.Read(ref _taken) > 64)
                    Thread.Yield();
            }
        });
        writer.Start();
        while (_taken < Rounds)
        {
            Assert.True(told.WaitOne(TimeSpan.FromSeconds(20)), $"{_taken}");
            while (inbox.TryPeek(out var datagram, out _))
            {
                Assert.Equal((byte)_taken, datagram[0]);
                inbox.Release();
                Volatile.Write(ref _taken, _taken + 1);
            }
        }

        writer.Join();
    }

    private int _taken;

    [Fact]
    public void AFloodIsNoticedWithinASecondAndACallIsNot()
    {
        var inbox = new StreamInbox(StreamFraming.LengthPrefix, () => { });
        var datagram = new byte[302];
        (datagram[0], datagram[1]) = (300 >> 8, 300 & 0xff);
        for (int i = 0; i < 40_000; i++)
            Assert.Null(inbox.Offer(Instant.FromMilliseconds(i * 2.5), datagram));
        StreamEnd? end = null;
        for (int i = 0; i < 4000 && end is null; i++)
            end = inbox.Offer(Instant.FromMilliseconds(200_000), datagram);
        Assert.Equal(StreamEndCause.Flooded, end?.Cause);
    }

    private static void Take(StreamInbox inbox, Instant now, byte[] bytes) => Assert.Null(inbox.Offer(now, bytes));

    private static byte[] Stun(StunClass kind)
    {
        var bytes = new byte[40];
        new StunWriter(bytes, StunMethod.Binding, kind, new(1, 2)).TryFinish(out int length);
        return bytes[..length];
    }
}

internal static class InboxExtensions
{
    /// <summary>Bytes as if they had been read.</summary>
    public static StreamEnd? Offer(this StreamInbox inbox, Instant now, byte[] bytes)
    {
        bytes.CopyTo(inbox.Room().AsSpan());
        return inbox.Take(now, bytes.Length);
    }
}
