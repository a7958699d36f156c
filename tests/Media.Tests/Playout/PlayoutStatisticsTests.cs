// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;
using static Earshot.Media.Playout.PlayoutStatistics;

namespace Earshot.Media.Tests.Playout;

public sealed class PlayoutStatisticsTests
{
    [Fact]
    public void AReadingWhileAnotherThreadCountsIsNeverOfTwoMoments()
    {
        var statistics = new PlayoutStatistics();
        bool done = false;
        string? torn = null;
        long readings = 0;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                PlayoutSnapshot s = statistics.Read();
                if (s.PacketsReceived != s.JitterBufferEmittedCount || s.PacketsReceived != s.TotalSamplesReceived || s.PacketsReceived != s.Restarts)
                    torn = $"{s}";
                Volatile.Write(ref readings, readings + 1);
            }
        });
        reader.Start();
        for (int i = 0; i < 100_000 || Volatile.Read(ref readings) < 100; i++)
        {
            for (Counter counter = 0; counter <= Counter.Restarts; counter++)
                statistics.Add(counter);
            statistics.Publish();
        }

        Volatile.Write(ref done, true);
        reader.Join();
        Assert.Null(torn);
    }

    [Fact]
    public void SoundThatMayStillBeAPauseIsToldWhenItIsDecidedAndNeverTakenBack()
    {
        var statistics = new PlayoutStatistics();
        statistics.Add(Counter.Concealed, 480);
        statistics.Undecided(Counter.Concealed, 480);
        statistics.Publish();
        Assert.Equal(0, statistics.Read().ConcealedSamples);
        statistics.Undecided(Counter.Concealed, 0);
        statistics.Publish();
        Assert.Equal(480, statistics.Read().ConcealedSamples);
        statistics.Add(Counter.Concealed, -100);
        statistics.Publish();
        Assert.Equal(480, statistics.Read().ConcealedSamples);
    }
}
