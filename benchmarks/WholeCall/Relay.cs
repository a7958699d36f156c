// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Lab;
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.WholeCall;

/// <summary>Two hosts joined by a bad network in user space: their IP packets pass this process, where RTP is delayed, reordered and lost by a seed.</summary>
/// <remarks>
/// <code>
///   namespace 1 ── tun ──► link ──► tun ── namespace 2      and back; what is no RTP passes at once
/// </code>
/// </remarks>
internal sealed class Relay : IDisposable
{
    public const string Address1 = "10.214.7.1", Address2 = "10.214.7.2";
    private const string Network = "10.214.7.0/24";
    private readonly TunDevice _first = new($"ew{Environment.ProcessId}a", Address1 + "/32", Network);
    private readonly TunDevice _second = new($"ew{Environment.ProcessId}b", Address2 + "/32", Network);
    private volatile bool _stop;

    public Relay(LinkOptions options, ulong seed)
    {
        Carry(_first, _second, new SimulatedLink(options, new SeededRandom(seed)));
        Carry(_second, _first, new SimulatedLink(options, new SeededRandom(seed + 1)));
    }

    /// <summary>The caller's namespace.</summary>
    public string Host1 => _first.Host;

    /// <summary>The callee's.</summary>
    public string Host2 => _second.Host;

    public void Dispose()
    {
        _stop = true;
        _first.Dispose();
        _second.Dispose();
    }

    private void Carry(TunDevice from, TunDevice to, SimulatedLink link)
    {
        new Thread(() => ReadAll(from, to, link)) { IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();
        new Thread(() => WriteAll(to, link)) { IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();
    }

    private void ReadAll(TunDevice from, TunDevice to, SimulatedLink link)
    {
        var packet = new byte[2048];
        for (int length; !_stop && (length = from.Read(packet)) > 0;)
        {
            if (!IsRtp(packet.AsSpan(0, length))) to.Write(packet.AsSpan(0, length));
            else lock (link) link.Send(Now(), packet.AsSpan(0, length));
        }
    }

    private void WriteAll(TunDevice to, SimulatedLink link)
    {
        while (!_stop)
        {
            while (Next(link) is { } packet) to.Write(packet);
            NanoSleep.For(100_000);
        }
    }

    private static byte[]? Next(SimulatedLink link)
    {
        lock (link) return link.TryReceive(Now(), out var packet) ? packet : null;
    }

    // IPv4, UDP, RTP version 2, and no RTCP (RFC 5761).
    private static bool IsRtp(ReadOnlySpan<byte> ip) =>
        ip.Length > 40 && ip[0] == 0x45 && ip[9] == 17 && ip[28] >> 6 == 2 && ip[29] is < 192 or > 223;

    private static Instant Now() => new((long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));
}
