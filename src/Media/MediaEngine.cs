// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Media.Transport.Ice;

namespace Earshot.Media;

/// <summary>The media side of a phone: a few worker threads, the sockets of all calls, one housekeeping thread.</summary>
/// <remarks>Thread: any; one at a time for <see cref="Dispose"/>.</remarks>
internal sealed class MediaEngine : IDisposable
{
    private readonly MediaWorker[] _workers;
    private readonly MediaPorts _ports;
    private readonly Lock _gate = new();
    private readonly HashSet<MediaSession> _sessions = [];
    private readonly MediaTotals _ended = new();
    private readonly MediaMeter _meter;
    private readonly int _collectionsAtStart = Collections();
    private DtlsExecutor? _dtls;
    private NetworkWatcher? _network;
    private int _next;
    private Exception? _playbackFailure;
    private bool _disposed;

    /// <summary>Starts the workers.</summary>
    /// <exception cref="MediaTransportException">The process may open no more descriptors. Nothing stays behind.</exception>
    public MediaEngine(MediaEngineOptions options)
        : this(options, () => SocketWaiter.Create(options.PortableTransport))
    {
    }

    /// <summary>Starts the workers on waiters of any making.</summary>
    internal MediaEngine(MediaEngineOptions options, Func<ISocketWaiter> newWaiter)
    {
        Options = options;
        _ports = new MediaPorts(options);
        int workers = options.Workers > 0 ? options.Workers : Math.Clamp(Environment.ProcessorCount / 2, 1, 4);
        var waiters = NewWaiters(workers + 1, newWaiter);
        _workers = [.. waiters.Take(workers).Select((waiter, i) => new MediaWorker(waiter, i))];
        _meter = new MediaMeter(Read, _ended);
        Housekeeper = new EngineHousekeeper(waiters[workers], () => _workers.Sum(worker => worker.AllocatedBytes));
    }

    /// <summary>As given.</summary>
    public MediaEngineOptions Options { get; }

    /// <summary>Its instruments: see docs/metrics.md.</summary>
    internal System.Diagnostics.Metrics.Meter Meter => _meter.Meter;

    /// <summary>The thread that tells events.</summary>
    internal EngineHousekeeper Housekeeper { get; }

    /// <summary>Garbage collections of the process since the engine began.</summary>
    public long GarbageCollections => Collections() - _collectionsAtStart;

    /// <summary>Bytes that the media workers allocated in the last whole second.</summary>
    public double AllocatedBytesPerSecond => Housekeeper.AllocatedBytesPerSecond;

    /// <summary>The last exception that reached the top of a media thread, a call's playback or a listener; a defect. Null while all is well.</summary>
    public Exception? Failure =>
        _workers.Select(worker => worker.Failure).FirstOrDefault(failure => failure is not null) ?? Volatile.Read(ref _playbackFailure) ?? Housekeeper.Failure ?? _dtls?.Failure;

    /// <summary>Makes the media of one call. Its sockets open with the first offer or answer.</summary>
    /// <exception cref="ArgumentException">An unknown codec or an impossible packet time.</exception>
    public MediaSession CreateSession(MediaSessionOptions options)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var session = new MediaSession(this, _workers[_next++ % _workers.Length], options);
            _sessions.Add(session);
            Housekeeper.Add(session);
            return session;
        }
    }

    /// <summary>Ends all sessions (with RTCP BYE) and the threads. Returns within a few seconds even when a thread hangs.</summary>
    public void Dispose()
    {
        MediaSession[] open;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            open = [.. _sessions];
        }

        _network?.Dispose();
        foreach (var session in open)
            session.Dispose();
        _dtls?.Dispose();
        foreach (var worker in _workers)
            worker.Dispose();
        Housekeeper.Dispose();
        _meter.Dispose();
    }

    /// <summary>The threads of all handshakes; none before the first.</summary>
    internal DtlsExecutor Dtls
    {
        get
        {
            lock (_gate)
                return _dtls ??= new DtlsExecutor(portable: Options.PortableTransport);
        }
    }

    /// <summary>Opens a call's sockets.</summary>
    internal (UdpPort Rtp, UdpPort Rtcp) OpenPorts(AddressFamily family) => _ports.OpenPair(family);

    /// <summary>Opens the sockets of a call with ICE.</summary>
    /// <param name="towardsPeer">The address of ours that the kernel sends from, towards the peer.</param>
    internal IReadOnlyList<UdpPort> OpenPorts(IPAddress towardsPeer)
    {
        lock (_gate)
        {
            if (!_disposed)
                _network ??= new NetworkWatcher(HandleNetwork);
        }

        return _ports.OpenAll(HostAddresses.All(towardsPeer, Options.BindAddress));
    }

    /// <summary>Opens one more socket of a call with ICE; null when the address cannot be bound.</summary>
    internal UdpPort? TryOpenPort(int number, IPAddress address) => _ports.TryOpen(number, address);

    /// <summary>All addresses are listened on, those that come later, too.</summary>
    internal bool ListensEverywhere => Options.BindAddress.Equals(IPAddress.Any) || Options.BindAddress.Equals(IPAddress.IPv6Any);

    /// <summary>The addresses of this machine may have changed. Called before the calls are told, on a thread of the pool; only while calls with ICE were made.</summary>
    internal Action? NetworkChanged { get; set; }

    /// <summary>A defect ended a call's sound. Real-time.</summary>
    internal void NoteFailure(Exception failure) => Volatile.Write(ref _playbackFailure, failure);

    /// <summary>Forgets a session that has been disposed.</summary>
    internal void Forget(MediaSession session)
    {
        Housekeeper.Remove(session);
        lock (_gate)
        {
            if (_sessions.Remove(session))
                _ended.Add(session.GetStatistics());
        }
    }

    private void HandleNetwork(IReadOnlyList<IPAddress> present)
    {
        NetworkChanged?.Invoke();
        MediaSession[] sessions;
        lock (_gate)
            sessions = [.. _sessions];
        foreach (var session in sessions)
            session.HandleNetwork(present);
    }

    // All of them before the first thread: where descriptors run out, nobody would end it.
    private static List<ISocketWaiter> NewWaiters(int count, Func<ISocketWaiter> newWaiter)
    {
        var waiters = new List<ISocketWaiter>(count);
        try
        {
            while (waiters.Count < count)
                waiters.Add(newWaiter());
            return waiters;
        }
        catch
        {
            waiters.ForEach(waiter => waiter.Dispose());
            throw;
        }
    }

    // One figure of each call, for the meter's listeners.
    private List<double> Read(Func<MediaStatistics, double> figure)
    {
        lock (_gate)
            return [.. _sessions.Select(session => figure(session.GetStatistics()))];
    }

    private static int Collections() => GC.CollectionCount(0);
}
