// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

/// <summary>Whole handshakes over a wire that changes what it carries: each comes to the same keys on both sides, or ends with a reason that is not a defect of ours.</summary>
public class DtlsFuzzTests
{
    [Fact]
    public void ChangedBytesNeverBecomeADefectOrOtherKeys()
    {
        using var executor = new DtlsExecutor(mostHandshakes: 100);
        var pairs = Enumerable.Range(0, 40).Select(seed => Over(new Random(seed), executor)).ToList();
        Assert.True(pairs[0].Until(() =>
        {
            foreach (var pair in pairs)
                pair.Carry();
            return pairs.Exists(pair => pair.BothStand) && pairs.Count(pair => pair.BothStand || pair.BothEnded) >= 30;
        }));
        Assert.DoesNotContain(pairs, IsWrong);
        Assert.Null(executor.Failure);
        pairs.ForEach(pair => pair.Dispose());
    }

    private static DtlsPair Over(Random random, DtlsExecutor executor)
    {
        var pair = new DtlsPair(Short, Short, executor);
        int often = random.Next(2) == 0 ? 4 : 20;
        pair.ToServer = pair.ToClient = datagram => [random.Next(often) == 0 ? Changed(datagram, random) : datagram];
        return pair.Begin();
    }

    private static bool IsWrong(DtlsPair pair)
    {
        if (pair.Client.Outcome?.Failure == DtlsFailure.Internal || pair.Server.Outcome?.Failure == DtlsFailure.Internal)
            return true;
        return pair.Client.Keys is { } client && pair.Server.Keys is { } server && !client.Local.Key.SequenceEqual(server.Remote.Key);
    }

    private static byte[] Changed(byte[] datagram, Random random)
    {
        byte[] changed = [.. datagram];
        for (int edits = random.Next(1, 5); edits > 0; edits--)
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        return random.Next(8) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }

    private static DtlsTerms Short(DtlsTerms terms) => terms with { Timeout = TimeSpan.FromSeconds(3) };
}
