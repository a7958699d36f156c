// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

public class DtlsExecutorTests
{
    [Fact]
    public void FewThreadsCarryManyHandshakesOneAfterAnother()
    {
        using var executor = new DtlsExecutor(mostHandshakes: 2);
        using var elsewhere = new DtlsExecutor();
        var pairs = Enumerable.Range(0, 6).Select(_ => new DtlsPair(executor: executor, serverExecutor: elsewhere)).ToList();
        int most = 0;
        foreach (var pair in pairs)
            pair.Begin();
        Assert.True(pairs[0].Until(() =>
        {
            most = Math.Max(most, executor.Running);
            foreach (var pair in pairs)
                pair.Carry();
            return pairs.TrueForAll(pair => pair.BothStand);
        }));
        Assert.InRange(most, 1, 2);
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public void WhoFindsNoPlaceIsToldAtOnce()
    {
        using var executor = new DtlsExecutor(mostHandshakes: 1, mostWaiting: 1);
        var pairs = Enumerable.Range(0, 5).Select(_ => new DtlsPair(executor: executor)).ToList();
        foreach (var pair in pairs)
            pair.Client.Begin();
        Assert.True(pairs[0].Until(() => pairs.Count(pair => pair.Client.Outcome?.Failure == DtlsFailure.Overloaded) == 3));
        Assert.Contains("try again", pairs.First(pair => pair.Client.Outcome is not null).Client.Outcome!.Sentence, StringComparison.Ordinal);
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public void AnEndingProcessEndsWhatRuns()
    {
        var executor = new DtlsExecutor();
        using var running = new DtlsPair(executor: executor);
        using var standing = new DtlsPair(executor: executor);
        standing.Begin().Stands();
        running.Begin();
        executor.Dispose();
        Assert.Equal(DtlsState.Ended, running.Client.State);
        Assert.Equal(DtlsState.Ended, running.Server.State);
        Assert.Equal(DtlsState.Ended, standing.Client.State);
        Assert.Throws<ObjectDisposedException>(() => new DtlsPair(executor: executor).Client.Begin());
    }

    [Fact]
    public void AListenerThatThrowsEndsItsAssociationAlone()
    {
        using var executor = new DtlsExecutor();
        using var whole = new DtlsPair(executor: executor);
        var terms = whole.Client.Terms with { Timeout = TimeSpan.FromMilliseconds(1) };
        using var broken = new DtlsSession(executor, terms, static () => { }, static _ => throw new InvalidOperationException("a defect"));
        broken.Begin();
        Assert.True(whole.Until(() => executor.Failure is not null));
        Assert.Equal(DtlsState.Ended, broken.State);
        whole.Begin().Stands();
    }

    [Fact]
    public void KeysThatComeWhileTheyAreDisposedOfAreErased()
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        var keys = pair.Server.Keys!;
        pair.Server.Dispose();
        Assert.True(keys.Local.Key.IndexOfAnyExcept((byte)0) < 0 && keys.Remote.Salt.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void ThePortableWayToWaitDoesItToo()
    {
        using var executor = new DtlsExecutor(portable: true);
        using var pair = new DtlsPair(executor: executor);
        pair.Begin().Stands();
    }

    [Fact]
    public void AHandshakeWithOneselfWarmsTheProcess()
    {
        using var executor = new DtlsExecutor();
        Assert.True(DtlsWarmUp.Shake(executor));
    }

    [Fact]
    public void TheWorkersHalfDoesNotAllocate()
    {
        using var pair = new DtlsPair().Begin();
        pair.Stands();
        Assert.True(pair.Until(() => pair.Executor.Running == 0));
        byte[] late = pair.SentByClient[^1];
        byte[] buffer = new byte[1500];
        SteadyState.AllocatesNothing(150, () =>
        {
            pair.Server.HandlePacket(late);
            pair.Server.PollTransmit(buffer);
        });
    }
}
