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
    public static NetworkNamespaces CreateOrSkip()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("network namespaces are Linux's");
        if (Environment.UserName != "root") Assert.Skip("network namespaces need root");
        var pair = new NetworkNamespaces();
        if (pair.Set() is { } refusal)
        {
            pair.Dispose();
            Assert.Skip($"no network namespaces here: {refusal}");
        }
        return pair;
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
