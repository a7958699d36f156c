// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Nats;

/// <summary>What stands between the two networks.</summary>
internal enum Border
{
    /// <summary>Routers that change nothing, and a firewall between them that lets SIP through and nothing else.</summary>
    Firewall,

    /// <summary>NATs that keep the port, and let in who was sent to.</summary>
    PortRestricted,

    /// <summary>NATs that take another port for each address that is sent to.</summary>
    Symmetric,
}

/// <summary>Two hosts behind a router each, and the internet between them with room for servers: network namespaces and iptables.</summary>
/// <remarks>
/// <code>
///   alice ──── left ──────────── core ──────────── right ──── bob
///   10.61.1.2  198.51.100.1      198.51.100.2, .6  198.51.100.5  10.61.2.2
/// </code>
/// The routers forward port 5060 to the host behind them, and know the other's host by its router: SIP gets through as it would by a proxy. Media has to find its own way.
/// </remarks>
internal sealed class TwoNetworks : IDisposable
{
    public const string Alice = "10.61.1.2", Bob = "10.61.2.2", BobsRouter = "198.51.100.5", Server = "198.51.100.2", OtherServer = "198.51.100.6";
    public const int SipPort = 5060;

    // What is sent to other people's private addresses is lost in the void, as on the internet: coturn gives an allocation up that sends where no route leads.
    private const string Wires = """
        set -e
        for n in alice left core right bob; do ip netns add $P-$n; ip -n $P-$n link set lo up; done
        wire() {
          ip -n $P-$1 link add $2 type veth peer name $5 netns $P-$4
          ip -n $P-$1 addr add $3 dev $2; ip -n $P-$1 link set $2 up
          ip -n $P-$4 addr add $6 dev $5; ip -n $P-$4 link set $5 up
        }
        wire alice eth 10.61.1.2/24 left in 10.61.1.1/24
        wire left out 198.51.100.1/30 core left 198.51.100.2/30
        wire right out 198.51.100.5/30 core right 198.51.100.6/30
        wire bob eth 10.61.2.2/24 right in 10.61.2.1/24
        for n in left core right; do ip netns exec $P-$n sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; done
        ip -n $P-alice route add default via 10.61.1.1
        ip -n $P-left route add default via 198.51.100.2
        ip -n $P-right route add default via 198.51.100.6
        ip -n $P-bob route add default via 10.61.2.1
        ip -n $P-core link add void type veth peer name end
        ip -n $P-core addr add 203.0.113.1/24 dev void; ip -n $P-core link set void up; ip -n $P-core link set end up
        ip -n $P-core neigh add 203.0.113.2 lladdr 02:00:00:00:00:01 dev void nud permanent
        ip -n $P-core route add default via 203.0.113.2

        """;

    private const string FirewallBetween = """
        ip -n $P-core route add 10.61.1.0/24 via 198.51.100.1
        ip -n $P-core route add 10.61.2.0/24 via 198.51.100.5
        core="ip netns exec $P-core iptables"
        $core -P FORWARD DROP
        for t in udp tcp; do for side in sport dport; do $core -A FORWARD -p $t --$side 5060 -j ACCEPT; done; done

        """;

    // What nobody asked for is dropped before it becomes a connection of the router's own: that would take the port away from the host behind it.
    private const string NatsBetween = """
        nat() {
          router="ip netns exec $P-$1 iptables"
          $router -t nat -A POSTROUTING -o out -j MASQUERADE $RANDOM_PORTS
          for t in udp tcp; do
            $router -t nat -A PREROUTING -i out -p $t --dport 5060 -j DNAT --to-destination $2:5060
            $router -t nat -A PREROUTING -i in -d $3 -p $t --dport 5060 -j DNAT --to-destination $4:5060
          done
          $router -A INPUT -i out -p udp -j DROP
        }
        nat left 10.61.1.2 10.61.2.2 198.51.100.5
        nat right 10.61.2.2 10.61.1.2 198.51.100.1

        """;

    private static int _made;
    private readonly string _prefix = $"earshot{Environment.ProcessId}n{Interlocked.Increment(ref _made)}";

    private TwoNetworks()
    {
    }

    /// <summary>Sets them up, or skips the test and says why.</summary>
    public static TwoNetworks CreateOrSkip(Border border)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("network namespaces are Linux's");
        if (Environment.UserName != "root") Assert.Skip("network namespaces need root");
        Assert.SkipUnless(RunningProgram.Exists("iptables"), "iptables is not installed (apt-get install iptables)");
        var networks = new TwoNetworks();
        if (networks.Run(Wires + (border == Border.Firewall ? FirewallBetween : NatsBetween), border == Border.Symmetric ? "--random-fully" : "") is { } refusal)
        {
            networks.Dispose();
            Assert.Skip($"no network namespaces with iptables here: {refusal}");
        }

        return networks;
    }

    /// <summary>As <c>ip netns</c> knows that host: <c>alice</c>, <c>left</c>, <c>core</c>, <c>right</c> or <c>bob</c>.</summary>
    public string Name(string host) => $"{_prefix}-{host}";

    public void Dispose() => Run("for n in alice left core right bob; do ip netns del $P-$n; done", "");

    // Null when all of it worked, else what was said.
    private string? Run(string script, string randomPorts)
    {
        var start = new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardError = true };
        (start.Environment["P"], start.Environment["RANDOM_PORTS"]) = (_prefix, randomPorts);
        using var shell = Process.Start(start)!;
        var said = shell.StandardError.ReadToEnd().Trim();
        shell.WaitForExit();
        return shell.ExitCode == 0 ? null : said;
    }
}
