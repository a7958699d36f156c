// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

/// <summary>Two associations and the wire between them, which the test cuts, loses, turns around and forges.</summary>
internal sealed class DtlsPair : IDisposable
{
    public static readonly DtlsIdentity Alice = DtlsIdentity.CreateEphemeral();
    public static readonly DtlsIdentity Bob = DtlsIdentity.CreateEphemeral();

    private readonly AutoResetEvent _moved = new(false);
    private readonly byte[] _buffer = new byte[2048];
    private readonly bool _ownsExecutor;

    public DtlsPair(Func<DtlsTerms, DtlsTerms>? client = null, Func<DtlsTerms, DtlsTerms>? server = null, DtlsExecutor? executor = null, DtlsExecutor? serverExecutor = null)
    {
        Executor = executor ?? new DtlsExecutor();
        _ownsExecutor = executor is null;
        client ??= static terms => terms;
        server ??= static terms => terms;
        Client = Open(Executor, client(new() { Identity = Alice, Peer = new(Bob.Fingerprint), IsClient = true }));
        Server = Open(serverExecutor ?? Executor, server(new() { Identity = Bob, Peer = new(Alice.Fingerprint), IsClient = false }));
        Client.IsSourceProven = Server.IsSourceProven = true;
    }

    public DtlsExecutor Executor { get; }

    public DtlsSession Client { get; }

    public DtlsSession Server { get; }

    /// <summary>What becomes of a datagram of the client: the datagrams that arrive in its place.</summary>
    public Func<byte[], IEnumerable<byte[]>> ToServer { get; set; } = datagram => [datagram];

    /// <summary>The same, of the server.</summary>
    public Func<byte[], IEnumerable<byte[]>> ToClient { get; set; } = datagram => [datagram];

    public List<byte[]> SentByClient { get; } = [];

    public List<byte[]> SentByServer { get; } = [];

    public bool BothStand => Client.State == DtlsState.Established && Server.State == DtlsState.Established;

    public bool BothEnded => Client.State == DtlsState.Ended && Server.State == DtlsState.Ended;

    public DtlsPair Begin()
    {
        Server.Begin();
        Client.Begin();
        return this;
    }

    /// <summary>Carries datagrams until something holds.</summary>
    /// <param name="holds">What is waited for.</param>
    /// <param name="seconds">Then the wait ends; fewer than a minute only where nothing is what is waited for.</param>
    /// <param name="carry">False when the test carries itself.</param>
    public bool Until(Func<bool> holds, int seconds = 60, bool carry = true)
    {
        long started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                return holds(); // a thread that was held up for so long looks once more
            if (!carry || !Carry())
                _moved.WaitOne(2);
        }

        return true;
    }

    /// <summary>Carries what waits.</summary>
    /// <returns>True when anything did.</returns>
    public bool Carry() => Move(Client, Server, ToServer, SentByClient) | Move(Server, Client, ToClient, SentByServer);

    /// <summary>Both stand, or the test fails with what happened.</summary>
    public void Stands() => Assert.True(Until(() => BothStand || Client.Outcome is not null || Server.Outcome is not null) && BothStand, $"client {Client.State} {Client.Outcome}, server {Server.State} {Server.Outcome}");

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        if (_ownsExecutor)
            Executor.Dispose();
        // The event is left to the collector: a handshake thread may set it a moment longer.
    }

    private DtlsSession Open(DtlsExecutor executor, DtlsTerms terms) => new(executor, terms, () => _moved.Set(), _ => _moved.Set());

    private bool Move(DtlsSession from, DtlsSession to, Func<byte[], IEnumerable<byte[]>> wire, List<byte[]> sent)
    {
        bool any = false;
        for (int length; (length = from.PollTransmit(_buffer)) > 0; any = true)
        {
            byte[] datagram = _buffer[..length];
            sent.Add(datagram);
            foreach (byte[] arrives in wire(datagram))
                to.HandlePacket(arrives);
        }

        return any;
    }
}
