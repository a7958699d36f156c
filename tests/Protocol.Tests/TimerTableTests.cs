// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Tests;

public sealed class TimerTableTests
{
    [Fact]
    public void ExpiresInOrderWhateverWasSetMovedAndStopped()
    {
        var random = new Random(3);
        var table = new TimerTable<int>();
        var expected = new Dictionary<int, Instant>();
        for (var i = 0; i < 5000; i++)
        {
            var key = random.Next(300);
            if (random.Next(3) == 0)
            {
                table.Stop(key);
                expected.Remove(key);
            }
            else
            {
                expected[key] = Instant.FromMilliseconds(random.Next(1000));
                table.Set(key, expected[key]);
            }

            Assert.Equal(expected.Count == 0 ? Instant.Never : expected.Values.Min(), table.Next);
        }

        var last = Instant.Zero;
        while (table.TryExpire(Instant.FromMilliseconds(1000), out var key))
        {
            Assert.True(expected[key] >= last);
            last = expected[key];
            expected.Remove(key);
        }

        Assert.Empty(expected);
    }

    [Fact]
    public void EqualDeadlinesComeInTheOrderTheyWereSet()
    {
        var table = new TimerTable<string>();
        foreach (var key in new[] { "a", "b", "c" }) table.Set(key, Instant.Zero);
        var order = new List<string>();
        while (table.TryExpire(Instant.Zero, out var key)) order.Add(key);
        Assert.Equal(["a", "b", "c"], order);
    }
}
