// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Earshot.Lab.Nats;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Two whole phones through every pair of NATs: they hear each other, directly where theory allows it, else through a relay.</summary>
public sealed class NatPairTests
{
    // Through a relay a round trip is half as long again, checks of relays come last, and 5 round trips are waited for something direct.
    private const double RelayedRoundTrips = 10;
    private const double DirectRoundTrips = 6;
    private static readonly ConcurrentDictionary<(string, string), Outcome> Known = [];

    public static TheoryData<string, string> Pairs()
    {
        var rows = new TheoryData<string, string>();
        foreach (var a in NatKinds.All)
        {
            foreach (var b in NatKinds.All)
                rows.Add(NatKinds.NameOf(a), NatKinds.NameOf(b));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EveryPairConnectsAndBothHear(string alice, string bob)
    {
        var (a, b) = (NatKinds.Named(alice), NatKinds.Named(bob));
        var outcome = Call(alice, bob);
        bool isDirect = NatTheory.IsDirect(a, b);
        Assert.True(outcome.Connected);
        Assert.True(outcome.IsNominated);
        Assert.Equal(!isDirect, outcome.IsRelayed);
        Assert.InRange(outcome.RoundTrips, 0, isDirect ? DirectRoundTrips : RelayedRoundTrips);
    }

    [Fact]
    public void TheTableInTheDocumentationIsWhatTheLabMeasures()
    {
        var table = Table();
        string page = File.ReadAllText(PageOf("docs/protocols/ice.md")).ReplaceLineEndings("\n");
        Assert.True(page.Contains(table, StringComparison.Ordinal), $"docs/protocols/ice.md does not hold this table:\n{table}");
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.15)]
    public void LossDelaysAndDoesNotPrevent(double loss)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            using var call = NatCall.Between(NatKinds.PortRestricted, NatKinds.Symmetric, seed);
            call.Network.Loss = loss;
            Assert.True(call.Connect(TimeSpan.FromSeconds(20)), $"seed {seed}");
        }
    }

    [Fact]
    public void TheSameSeedGivesTheSameCourse()
    {
        static (long, TimeSpan) Course()
        {
            using var call = NatCall.Between(NatKinds.PortChanging, NatKinds.Symmetric, 11);
            call.Network.Loss = 0.1;
            call.Connect(TimeSpan.FromSeconds(10));
            return (call.Network.Sent, call.SetUp);
        }

        Assert.Equal(Course(), Course());
    }

    private static Outcome Call(string alice, string bob) => Known.GetOrAdd((alice, bob), _ =>
    {
        using var call = NatCall.Between(NatKinds.Named(alice), NatKinds.Named(bob));
        bool isHeard = call.Connect(TimeSpan.FromSeconds(5));
        double roundTrips = isHeard ? call.SetUp / NatCall.RoundTrip : double.NaN;
        call.Run(TimeSpan.FromMilliseconds(300));
        return new(
            isHeard && call.Alice.Call.IsConnected && call.Bob.Call.IsConnected, call.IsRelayed, roundTrips,
            call.Alice.Path.IsNominated && call.Bob.Path.IsNominated);
    });

    private static string PageOf(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../..", name);

    // Calls down, is called across.
    private static string Table()
    {
        var text = new StringBuilder("| calls ↓ answers → |");
        foreach (var kind in NatKinds.All)
            text.Append(' ').Append(NatKinds.NameOf(kind)).Append(" |");
        text.Append('\n').Append('|').Insert(text.Length, "---|", NatKinds.All.Count + 1).Append('\n');
        foreach (var a in NatKinds.All)
        {
            text.Append("| ").Append(NatKinds.NameOf(a)).Append(" |");
            foreach (var b in NatKinds.All)
            {
                var outcome = Call(NatKinds.NameOf(a), NatKinds.NameOf(b));
                text.Append(outcome.IsRelayed ? " relay " : " ").Append(outcome.RoundTrips.ToString("0.0", CultureInfo.InvariantCulture)).Append(" |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private sealed record Outcome(bool Connected, bool IsRelayed, double RoundTrips, bool IsNominated);
}
