// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

/// <summary>The echo's clock, told the time.</summary>
public sealed class EchoEndTests
{
    [Theory]
    [InlineData(120)]
    [InlineData(128)]
    [InlineData(160)]
    [InlineData(441)]
    [InlineData(960)]
    public void AnHourOfBlocksTakesAnHour(int blockSamples)
    {
        var voice = new CountingVoice();
        var start = new Instant(1_234_567);
        var end = new EchoEnd(voice, blockSamples, start);
        for (var now = start; now < start + TimeSpan.FromHours(1); now = end.PollTimeout())
            end.HandleTimeout(now);

        long expected = ((3600L * 48000) + blockSamples - 1) / blockSamples;
        Assert.Equal((expected, expected), (voice.Played, voice.Captured));
        Assert.Equal(start.Nanoseconds + ((expected - 1) * blockSamples * 62_500 / 3), voice.Last);
    }

    [Fact]
    public void AWorkerThatWasHeldUpSkipsInsteadOfHurrying()
    {
        var voice = new CountingVoice();
        var end = new EchoEnd(voice, 960, Instant.Zero);
        end.HandleTimeout(Instant.FromMilliseconds(100));
        Assert.Equal(6, voice.Played);
        end.HandleTimeout(Instant.FromMilliseconds(1000));
        Assert.Equal(7, voice.Played);
        Assert.Equal(Instant.FromMilliseconds(1020), end.PollTimeout());
    }

    private sealed class CountingVoice : IVoice
    {
        public long Played { get; private set; }

        public long Captured { get; private set; }

        public long Last { get; private set; }

        public void Play(Span<short> block, long playsAt) => (Played, Last) = (Played + 1, playsAt);

        public void Capture(ReadOnlySpan<short> block, long capturedAt) => Captured++;
    }
}
