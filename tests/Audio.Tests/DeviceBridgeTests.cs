// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Conversion;

namespace Earshot.Audio.Tests;

public class DeviceBridgeTests
{
    [Theory]
    [InlineData(128, 128)]
    [InlineData(32, 128)]
    [InlineData(64, 128)]
    [InlineData(960, 960)]
    [InlineData(1024, 512)]
    [InlineData(2048, 512)]
    [InlineData(1031, 240)] // a prime number
    [InlineData(0, 240)]
    public void BlockFollowsTheDevice(int period, int block) => Assert.Equal(block, DeviceBlocks.For(period, 240));

    [Theory]
    [InlineData(128)]
    [InlineData(32)]
    [InlineData(1024)]
    [InlineData(1031)]
    public void EverySampleArrivesOnceWhateverThePeriod(int period)
    {
        var taken = new Recorder();
        var capture = new CaptureBridge(taken, 48_000, 1, 240);
        var playback = new PlaybackBridge(taken, 48_000, 1, 240);
        var device = new short[period];
        var played = new List<short>();
        for (var i = 0; i < 200; i++)
        {
            for (var k = 0; k < period; k++)
                device[k] = (short)((i * period) + k);
            capture.Take(device, 0);
            playback.Fill(device, 0);
            played.AddRange(device);
        }

        Assert.Equal(Enumerable.Range(0, taken.Heard.Count).Select(i => (short)i), taken.Heard);
        Assert.Equal(Enumerable.Range(0, played.Count).Select(i => (short)i), played);
        Assert.InRange((200 * period) - taken.Heard.Count, 0, 959);
    }

    [Fact]
    public void PeriodMayChangeInMidStream()
    {
        var taken = new Recorder();
        var capture = new CaptureBridge(taken, 48_000, 1, 240);
        short next = 0;
        foreach (var period in (int[])[128, 32, 256, 64, 1031, 512, 128])
        {
            var device = new short[period];
            foreach (ref var sample in device.AsSpan())
                sample = next++;
            capture.Take(device, 0);
        }

        Assert.Equal(Enumerable.Range(0, taken.Heard.Count).Select(i => (short)i), taken.Heard);
    }

    [Theory]
    [InlineData(48_000, 128, 2)]
    [InlineData(48_000, 32, 1)]
    [InlineData(44_100, 441, 2)]
    public void BridgesDoNotAllocate(double rate, int period, int channels)
    {
        var nobody = new Counter();
        var capture = new CaptureBridge(nobody, rate, channels, 240);
        var playback = new PlaybackBridge(nobody, rate, channels, 240);
        var device = new short[period * channels];
        SteadyState.AllocatesNothing(1000, Pass);

        void Pass()
        {
            capture.Take(device, 0);
            playback.Fill(device, 0);
        }
    }

    private sealed class Recorder : ICaptureSink, IPlaybackSource
    {
        private short _next;

        public List<short> Heard { get; } = [];

        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
        {
            Assert.InRange(block.Length, 120, 960);
            Heard.AddRange(block);
        }

        public void OnPlayback(Span<short> block, long playsAt)
        {
            Assert.InRange(block.Length, 120, 960);
            foreach (ref var sample in block)
                sample = _next++;
        }
    }

    private sealed class Counter : ICaptureSink, IPlaybackSource
    {
        private int _blocks;

        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt) => _blocks++;

        public void OnPlayback(Span<short> block, long playsAt) => block.Fill((short)_blocks);
    }
}
