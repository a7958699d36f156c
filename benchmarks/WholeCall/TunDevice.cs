// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Earshot.WholeCall;

/// <summary>A host of its own (a network namespace) whose only cable ends in this process: every IP packet that it sends is read here, what is written here it receives.</summary>
/// <remarks>Needs root, iproute2 and /dev/net/tun.</remarks>
internal sealed partial class TunDevice : IDisposable
{
    private const nuint SetInterface = 0x400454CA; // TUNSETIFF
    private const ushort TunWithoutHeader = 0x1001; // IFF_TUN | IFF_NO_PI
    private const int ReadWrite = 2;
    private readonly int _descriptor;

    public TunDevice(string host, string address, string network)
    {
        Host = host;
        _descriptor = Open("/dev/net/tun", ReadWrite);
        if (_descriptor < 0) throw new InvalidOperationException("/dev/net/tun cannot be opened: run as root");
        Span<byte> request = stackalloc byte[40];
        Encoding.ASCII.GetBytes(host, request[..15]);
        BitConverter.TryWriteBytes(request[16..], TunWithoutHeader);
        if (Control(_descriptor, SetInterface, ref MemoryMarshal.GetReference(request)) < 0) throw new InvalidOperationException("the tun device was refused");
        Ip($"netns add {host}");
        Ip($"link set {host} netns {host}");
        Ip($"-n {host} addr add {address} dev {host}");
        Ip($"-n {host} link set {host} up");
        Ip($"-n {host} link set lo up");
        Ip($"-n {host} route add {network} dev {host}");
    }

    /// <summary>The namespace: <c>ip netns exec HOST …</c> runs there.</summary>
    public string Host { get; }

    /// <summary>The next packet that the host sends; waits for it. 0 or less when the device is gone.</summary>
    public int Read(Span<byte> packet) => (int)Read(_descriptor, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length);

    /// <summary>The host receives a packet.</summary>
    public void Write(ReadOnlySpan<byte> packet) => Write(_descriptor, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length);

    public void Dispose()
    {
        Ip($"netns del {Host}"); // the cable goes with it, and with the cable the reader's wait
        _ = Close(_descriptor);
    }

    private static void Ip(string arguments)
    {
        using var ip = Process.Start("ip", arguments.Split(' '));
        ip.WaitForExit();
        if (ip.ExitCode != 0) throw new InvalidOperationException($"ip {arguments} failed");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
