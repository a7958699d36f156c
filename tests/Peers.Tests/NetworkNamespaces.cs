// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Earshot.Peers.Tests;

/// <summary>Two hosts in one machine: network namespaces joined by a cable, 10.213.7.1 and 10.213.7.2, fd00:213:7::1 and fd00:213:7::2.</summary>
/// <remarks>A thread that has entered a namespace hands it on to the threads it starts, and its sockets stay there.</remarks>
internal sealed partial class NetworkNamespaces : IDisposable
{
    private const int NewNetwork = 0x40000000;
    private readonly string _prefix = $"earshot{Environment.ProcessId}";

    private NetworkNamespaces()
    {
    }

    public static string AddressOf(int host) => $"10.213.7.{host}";

    public static string Address6Of(int host) => $"fd00:213:7::{host}";

    /// <summary>As <c>ip netns</c> knows that host.</summary>
    public string Name(int host) => $"{_prefix}-{host}";

    /// <summary>Sets them up, or skips the test and says why.</summary>
    /// <param name="second">A second cable, 10.213.8.1 and 10.213.8.2; nothing is plugged into it before <see cref="PlugIn"/>.</param>
    public static NetworkNamespaces CreateOrSkip(bool second = false)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("network namespaces are Linux's");
        if (Environment.UserName != "root") Assert.Skip("network namespaces need root");
        var pair = new NetworkNamespaces();
        if ((pair.Set() ?? (second ? pair.SetSecond() : null)) is { } refusal)
        {
            pair.Dispose();
            Assert.Skip($"no network namespaces here: {refusal}");
        }
        return pair;
    }

    /// <summary>Of the second host, by whichever cable.</summary>
    public const string FarAddress = "10.213.9.2";

    public static string SecondAddressOf(int host) => $"10.213.8.{host}";

    /// <summary>Gives the second cable's interface of a host its address and switches it on.</summary>
    public void PlugIn(int host)
    {
        Assert.Null(Ip($"-n {Name(host)} addr replace {SecondAddressOf(host)}/24 dev cable2"));
        Assert.Null(Ip($"-n {Name(host)} link set cable2 up"));
        if (host == 1) Assert.Null(Ip($"-n {Name(1)} route replace {FarAddress} via {SecondAddressOf(2)} metric 20"));
    }

    /// <summary>Gives a host more addresses on the cable.</summary>
    public void AddAddresses(int host, int count)
    {
        for (var i = 1; i <= count; i++) Assert.Null(Ip($"-n {Name(host)} addr add 10.213.7.{(100 * host) + i}/24 dev cable"));
    }

    /// <summary>What a host knows no nearer way to goes to the other one: programs learn their own address by asking where the rest of the world lies.</summary>
    public void RouteTheRest(int host) => Assert.Null(Ip($"-n {Name(host)} route add default via {AddressOf(3 - host)}"));

    /// <summary>The interface of a host goes down, as its system says; the other end of the cable notices, too.</summary>
    public void Down(int host, string cable) => Assert.Null(Ip($"-n {Name(host)} link set {cable} down"));

    /// <summary>Nothing comes through a cable any more, and nobody is told: each host sends to somebody else there.</summary>
    public void Cut(string cable)
    {
        foreach (var host in (ReadOnlySpan<int>)[1, 2])
        {
            var other = cable == "cable2" ? SecondAddressOf(3 - host) : AddressOf(3 - host);
            Assert.Null(Ip($"-n {Name(host)} neigh replace {other} lladdr 02:00:00:00:00:0{host} nud permanent dev {cable}"));
        }
    }

    /// <summary>Runs something as that host.</summary>
    public T Run<T>(int host, Func<T> work)
    {
        T result = default!;
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{Name(host)}");
                if (SetNamespace((int)handle.DangerousGetHandle(), NewNetwork) != 0) throw new InvalidOperationException("setns refused");
                result = work();
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        return error is null ? result : throw new InvalidOperationException("as host " + host, error);
    }

    public void Dispose()
    {
        Ip($"netns del {Name(1)}");
        Ip($"netns del {Name(2)}");
    }

    private string? Set() =>
        Ip($"netns add {Name(1)}") ?? Ip($"netns add {Name(2)}")
        ?? Ip($"-n {Name(1)} link add cable type veth peer name cable netns {Name(2)}")
        ?? Up(1) ?? Up(2);

    // The far host also has an address behind both of its interfaces, as a server or the rest of the world has.
    private string? SetSecond() => Ip($"-n {Name(1)} link add cable2 type veth peer name cable2 netns {Name(2)}")
        ?? Ip($"-n {Name(2)} addr add {FarAddress}/32 dev lo")
        ?? Ip($"-n {Name(1)} route add {FarAddress} via {AddressOf(2)} metric 10")
        ?? Ip($"netns exec {Name(1)} sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1 net.ipv4.conf.cable.ignore_routes_with_linkdown=1 net.ipv4.conf.cable2.ignore_routes_with_linkdown=1")
        ?? Ip($"netns exec {Name(2)} sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1 net.ipv4.conf.cable.ignore_routes_with_linkdown=1 net.ipv4.conf.cable2.ignore_routes_with_linkdown=1");

    private string? Up(int host) =>
        Ip($"-n {Name(host)} addr add {AddressOf(host)}/24 dev cable")
        ?? Ip($"-n {Name(host)} addr add {Address6Of(host)}/64 dev cable nodad") // usable at once
        ?? Ip($"-n {Name(host)} link set cable up") ?? Ip($"-n {Name(host)} link set lo up");

    // Null when it worked, else what ip said.
    private static string? Ip(string arguments)
    {
        try
        {
            using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
            var said = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            return ip.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
