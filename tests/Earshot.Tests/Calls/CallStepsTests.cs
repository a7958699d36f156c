// SPDX-License-Identifier: MIT
using Earshot.Calls;

namespace Earshot.Tests.Calls;

/// <summary>Whoever listens to a call is told each step once and in order, whatever the other listeners and threads do.</summary>
public sealed class CallStepsTests
{
    private readonly List<Exception> _failures = [];
    private readonly CallSteps _steps;

    public CallStepsTests() => _steps = new CallSteps(_failures.Add);

    [Fact]
    public void WhoSubscribesLateIsToldThePastFirst()
    {
        var heard = new List<char>();
        _steps.Tell(Key('1'));
        _steps.Tell(Key('2'));
        _steps.Subscribe(step => heard.Add(((CallDigit)step).Digit));
        _steps.Tell(Key('3'));
        Assert.Equal("123", string.Concat(heard));
    }

    [Fact]
    public void NothingIsToldAfterTheEnd()
    {
        var heard = new List<CallEvent>();
        _steps.Subscribe(heard.Add);
        _steps.Tell(new CallEnded(TimeSpan.Zero, CallEnds.HungUp, TimeSpan.Zero, null));
        _steps.Tell(Key('1'));
        _steps.Subscribe(heard.Add);
        Assert.All(heard, step => Assert.IsType<CallEnded>(step));
        Assert.Equal(2, heard.Count);
    }

    [Fact]
    public void AStepThatAListenerCausesFollowsTheOneItIsTold()
    {
        var heard = new List<char>();
        _steps.Subscribe(step =>
        {
            if (((CallDigit)step).Digit == '1') _steps.Tell(Key('2'));
            heard.Add(((CallDigit)step).Digit);
        });
        _steps.Tell(Key('1'));
        Assert.Equal("12", string.Concat(heard));
    }

    [Fact]
    public async Task AListenerThatBlocksOnThePastHoldsUpNobodyElse()
    {
        using var inListener = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var slow = new List<char>();
        var other = new List<char>();
        _steps.Subscribe(step => other.Add(((CallDigit)step).Digit));
        _steps.Tell(Key('1'));
        var subscribing = Task.Run(() => _steps.Subscribe(step =>
        {
            inListener.Set();
            goOn.Wait(TimeSpan.FromSeconds(20));
            slow.Add(((CallDigit)step).Digit);
        }));
        Assert.True(inListener.Wait(TimeSpan.FromSeconds(20)));

        _steps.Tell(Key('2')); // under a lock that the listener's thread held, this would never return
        Assert.Equal("12", string.Concat(other));
        goOn.Set();
        await subscribing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("12", string.Concat(slow));
    }

    [Fact]
    public async Task StepsOfManyThreadsAreToldOnceEachAndNeverTwoAtATime()
    {
        var inside = 0;
        var heard = new List<TimeSpan>();
        var overlapped = false;
        _steps.Subscribe(step =>
        {
            overlapped |= Interlocked.Increment(ref inside) != 1;
            heard.Add(step.At);
            Interlocked.Decrement(ref inside);
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++) _steps.Tell(new CallDigit(TimeSpan.FromTicks((thread * 50) + i), '1'));
        })));
        Assert.False(overlapped);
        Assert.Equal(Enumerable.Range(0, 200), heard.Select(at => (int)at.Ticks).Order());
        for (var thread = 0; thread < 4; thread++)
        {
            var own = heard.Where(at => at.Ticks / 50 == thread).ToArray();
            Assert.Equal(own.Order(), own);
        }
    }

    [Fact]
    public void AListenerThatThrowsIsReportedAndTheOthersAreToldAllTheSame()
    {
        var heard = new List<char>();
        _steps.Subscribe(_ => throw new FormatException("theirs"));
        _steps.Subscribe(step => heard.Add(((CallDigit)step).Digit));
        _steps.Tell(Key('1'));
        _steps.Tell(Key('2'));
        Assert.Equal("12", string.Concat(heard));
        Assert.Equal(2, _failures.OfType<FormatException>().Count());
    }

    [Fact]
    public void APeerThatPressesKeysForEverFillsNoMemory()
    {
        for (var i = 0; i < 10_000; i++) _steps.Tell(new CallDigit(TimeSpan.FromTicks(i), '1'));
        var heard = new List<CallEvent>();
        _steps.Subscribe(heard.Add);
        Assert.Equal(CallSteps.MaxKept, heard.Count);
        Assert.Equal(9_999, heard[^1].At.Ticks);
    }

    private static CallDigit Key(char digit) => new(TimeSpan.Zero, digit);
}
