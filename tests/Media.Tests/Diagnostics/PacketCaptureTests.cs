// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using Earshot.Media.Diagnostics;

namespace Earshot.Media.Tests.Diagnostics;

public class PacketCaptureTests
{
    [Fact]
    public void TheFileHoldsEveryPacketWithItsAddresses()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var capture = new PacketCapture(path))
            {
                var now = MonotonicClock.Now;
                capture.Push(now, IPEndPoint.Parse("10.0.0.1:4000"), IPEndPoint.Parse("10.0.0.2:5000"), new byte[172]);
                capture.Push(now, IPEndPoint.Parse("[2001:db8::1]:4000"), IPEndPoint.Parse("[2001:db8::2]:5000"), new byte[5000]);
            }

            var bytes = File.ReadAllBytes(path);
            Assert.Equal(24 + 16 + 28 + 172 + 16 + 48 + 5000, bytes.Length);
            Assert.Equal(0xa1b23c4d, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
            var stamp = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)));
            Assert.InRange((DateTimeOffset.UtcNow - stamp).TotalMinutes, -1, 5);
            var ip = bytes.AsSpan(40);
            Assert.Equal(0x45, ip[0]);
            Assert.Equal([10, 0, 0, 1, 10, 0, 0, 2], ip.Slice(12, 8).ToArray());
            Assert.Equal(4000, BinaryPrimitives.ReadUInt16BigEndian(ip[20..]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AFullRingDropsAndCountsAndPushingDoesNotAllocate()
    {
        var ring = new PacketCaptureRing(16);
        var packet = new byte[172];
        int pushed = 0;
        for (; pushed < 16; pushed++)
            ring.Push(default, default, default, packet);
        SteadyState.AllocatesNothing(100, () =>
        {
            ring.Push(default, default, default, packet);
            pushed++;
        });
        Assert.Equal(pushed - 16, ring.Dropped);
        int taken = 0;
        for (; ring.TryPeek(out _); taken++)
            ring.Release();
        Assert.Equal(16, taken);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void ADiskThatRefusesIsToldOnceWhoeverListensFirst(bool isFull, bool listensFirst)
    {
        using var disk = new RefusingDisk(isFull ? new IOException("No space left\non device") : new NotSupportedException("No space left\non device"));
        var told = new List<string>();
        var capture = new PacketCapture(new PcapWriter(disk));
        if (listensFirst)
            capture.Stopped = Tell;
        disk.Refuses = true;
        Assert.True(SpinWait.SpinUntil(() => capture.Failure is not null, TimeSpan.FromSeconds(20)));
        capture.Stopped = Tell;
        capture.Push(MonotonicClock.Now, IPEndPoint.Parse("10.0.0.1:4000"), IPEndPoint.Parse("10.0.0.2:5000"), new byte[172]);
        capture.Dispose();
        Assert.Equal(["No space left on device"], told);

        void Tell(string why)
        {
            lock (told)
                told.Add(why);
        }
    }

    [Theory]
    [InlineData(20, 0, 4.39, 4.41)]
    [InlineData(177.3, 0, 4.28, 4.34)]
    [InlineData(400, 0, 2.9, 3.4)]
    [InlineData(60, 0.1, 2.5, 3.5)]
    public void TheScoreFollowsTheEModel(double delay, double loss, double least, double most) =>
        Assert.InRange(EModel.Score(delay, loss, 25), least, most);

    private sealed class RefusingDisk(Exception refusal) : MemoryStream
    {
        public volatile bool Refuses;

        public override void Flush()
        {
            if (Refuses)
                throw refusal;
        }
    }
}
