// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Earshot.Media.Transport.Dtls;

/// <summary>One handshake of this process with itself, in memory: the first real one would otherwise wait for 140–270 ms of compiling.</summary>
/// <remarks>Thread: any; it blocks.</remarks>
internal static class DtlsWarmUp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Runs it.</summary>
    /// <returns>False when it did not come to keys: no fault, the first call is only slower.</returns>
    public static bool Shake(DtlsExecutor executor)
    {
        var (one, other) = (DtlsIdentity.CreateEphemeral(), DtlsIdentity.CreateEphemeral());
        using var client = Open(executor, new() { Identity = one, Peer = new(other.Fingerprint), IsClient = true, Timeout = Limit });
        using var server = Open(executor, new() { Identity = other, Peer = new(one.Fingerprint), IsClient = false, Timeout = Limit });
        Span<byte> datagram = stackalloc byte[client.Terms.LargestDatagram];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Limit && client.Outcome is null && server.Outcome is null)
        {
            if (client.Keys is not null && server.Keys is not null)
                return true;
            if (!Carry(client, server, datagram) & !Carry(server, client, datagram))
                Thread.Sleep(1);
        }

        return false;
    }

    private static DtlsSession Open(DtlsExecutor executor, DtlsTerms terms)
    {
        var session = new DtlsSession(executor, terms, static () => { }, static _ => { });
        session.Begin();
        return session;
    }

    private static bool Carry(DtlsSession from, DtlsSession to, Span<byte> datagram)
    {
        int length = from.PollTransmit(datagram);
        return length > 0 && to.HandlePacket(datagram[..length]);
    }
}
