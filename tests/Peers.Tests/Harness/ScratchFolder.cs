// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;

namespace Earshot.Peers.Tests.Harness;

/// <summary>A folder of one test, gone with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("earshot-peers-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A UDP port that was free just now.</summary>
    public static int FreePort()
    {
        // Below those that the kernel gives to whoever asks for any: another process of this machine would have it a moment later.
        while (true)
        {
            var port = Random.Shared.Next(10_000, 20_000);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
