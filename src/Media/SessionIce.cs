// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Media;

/// <summary>The control thread's half of a call's ICE: its sockets named, its servers looked up, what its descriptions say.</summary>
/// <remarks>
/// <code>
///   [control]  sockets ─► IceLink ─► worker        GatherAsync: names ─► [worker] IceLink.Gather ─► Gathered ─► the offer is written
///   [connections' threads] told ─► [worker] IceLink.HandleConnections
/// </code>
/// Thread: control, but for <see cref="Path"/>: any.
/// </remarks>
internal sealed class SessionIce
{
    // Checks of its other candidates go on meanwhile.
    private static readonly TimeSpan NameLimit = TimeSpan.FromSeconds(3);

    private readonly IceSettings _settings;
    private readonly MediaWorker _worker;
    private readonly IRandomSource _random;
    private readonly PacketCapture? _capture;
    private readonly ServerEnds _serverEnds = new();
    private readonly ConcurrentDictionary<StunServerUri, bool> _unfound = [];
    private readonly Action<Instant> _hear;
    private readonly IEventSink _events;
    private IcePath? _lastPath;
    private int _asking;
    private int _lostRelays;
    private string? _generation;
    private volatile bool _trickles;
    private readonly TaskCompletionSource _gathered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Names the sockets to the agent, which knows our own addresses from now on.</summary>
    public SessionIce(
        IceSettings settings, MediaWorker worker, IRandomSource random, IEventSink events, bool isControlling, IReadOnlyList<UdpPort> sockets, PacketCapture? capture)
    {
        (_settings, _worker, _random, _capture, _events) = (settings, worker, random, capture, events);
        _hear = now => Link!.HandleConnections(now);
        Link = new IceLink(new() { IsControlling = isControlling, Trickles = settings.Trickles }, random, events) { Tell = Tell };
        foreach (var socket in sockets)
            Link.AddSocket(MonotonicClock.Now, socket.Local.ToTransport(), SenderOf(socket));
        Link.RelayEnded = (now, why) =>
        {
            Interlocked.Increment(ref _lostRelays);
            TellServerEnd(now, new(IsRelay: true, why));
        };
        Link.StunEnded = (now, why) =>
        {
            TellServerEnd(now, new(IsRelay: false, why));
        };
        Link.ResolveNeeded = (query, name) => _ = ResolveAsync(query, name);
        Negotiation = new IceNegotiation(() => Volatile.Read(ref _asking) == 0 ? Link.Description : Link.Description with { IsComplete = !settings.Trickles }, random);
    }

    /// <summary>The worker's half.</summary>
    public IceLink Link { get; }

    /// <summary>For offers and answers.</summary>
    public IceNegotiation Negotiation { get; }

    /// <summary>The way that was found; null while there is none.</summary>
    public IcePath? Path => Link.Path;

    /// <summary>Both sides have ICE, and no way was found yet.</summary>
    public bool AwaitsPath => Negotiation.Current is not null && Path is null;

    /// <summary>Candidates that come later reach the peer: nothing needs to wait for servers. Thread: any.</summary>
    public bool Trickles => _trickles;

    /// <summary>Something is agreed: candidates that came before their description are taken now.</summary>
    public void HandleAgreed()
    {
        _trickles = Negotiation.Trickles;
        if (_generation != Negotiation.Current?.Local.Ufrag)
            GatherLost(); // of a restart of the peer's, too
        _generation = Negotiation.Current?.Local.Ufrag;
        if (Negotiation.TryTakeEarly(out var news))
            Take(news);
    }

    /// <summary>Takes an INFO's body.</summary>
    public TrickleOutcome HandleFragment(ReadOnlySpan<byte> body)
    {
        var outcome = Negotiation.HandleFragment(body, out var news);
        if (news is not null)
            Take(news);
        return outcome;
    }

    /// <summary>Asks the servers; done when they have answered or the time is up, and at once where there is none.</summary>
    public Task GatherAsync()
    {
        if (_settings.Servers.Count == 0)
            return Task.CompletedTask;
        if (Link.Gathered is not null)
            return _gathered.Task;
        Link.Gathered = () => _gathered.TrySetResult();
        _ = AskAsync();
        return _gathered.Task.WaitAsync(_settings.GatheringLimit + TimeSpan.FromMilliseconds(100)).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Asks them of sockets that were added since; done as <see cref="GatherAsync"/>.</summary>
    public async Task GatherAgainAsync()
    {
        if (_settings.Servers.Count == 0)
            return;
        var gathered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _worker.Post(_ => Link.Gathered = () =>
        {
            _gathered.TrySetResult();
            gathered.TrySetResult();
        });
        _ = AskAsync();
        await gathered.Task.WaitAsync(_settings.GatheringLimit + TimeSpan.FromMilliseconds(100)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A restart begins: servers whose relays ended may be there again. Nobody waits for them.</summary>
    public void GatherLost()
    {
        if (Interlocked.Exchange(ref _lostRelays, 0) > 0)
            _ = GatherAgainAsync();
    }

    /// <summary>What sends through a socket of the call.</summary>
    public IDatagramSender SenderOf(UdpPort socket) => _capture is null ? socket : new CapturedSender(socket, socket.Local, _capture);

    /// <summary>Why a server is not there, or not any more, each once. Thread: any.</summary>
    public bool TryTakeServerEnd([NotNullWhen(true)] out ServerEnd? end) => _serverEnds.TryTake(out end);

    /// <summary>What facts say of the way: the one in use, or the last one while another is looked for.</summary>
    public MediaFacts Complete(MediaFacts facts)
    {
        if (Path is { } inUse)
            Volatile.Write(ref _lastPath, inUse);
        return Negotiation.Current is null || Volatile.Read(ref _lastPath) is not { } path ? facts
            : facts with { Ice = KindOf(path), Local = path.Base.ToEndPoint(), Remote = path.Remote.ToEndPoint() };
    }

    private void TellServerEnd(Instant now, ServerEnd end)
    {
        if (_serverEnds.Add(now, end))
            _events.Push(new(MediaEventKind.ServerEnded, now));
    }

    private static string KindOf(IcePath path) => path.IsRelayed ? "relay"
        : (path.LocalKind == CandidateKind.Host ? path.RemoteKind : path.LocalKind) switch
        {
            CandidateKind.Host => "host",
            CandidateKind.ServerReflexive => "srflx",
            _ => "prflx",
        };

    // Behind what was agreed, which the worker is told first.
    private void Take(IceDescription news) => _worker.Post(now => Link.Add(now, news));

    private async Task AskAsync()
    {
        Interlocked.Increment(ref _asking);
        var began = MonotonicClock.Now;
        var found = await Task.WhenAll(_settings.Servers.Select(async uri =>
            (Uri: uri, Addresses: await ServerAddresses.FindAsync(uri, _settings.GatheringLimit).ConfigureAwait(false)))).ConfigureAwait(false);
        List<IceServer> servers = [];
        foreach (var (uri, addresses) in found)
        {
            if (addresses.Count == 0)
                TellUnfound(uri);
            else if (uri.IsStream)
                Connect(uri, addresses, servers);
            else // one address a family: the others are the same server's, or its like
                servers.AddRange(addresses.DistinctBy(a => a.AddressFamily).Select(a => new IceServer(uri, TransportAddress.From(a))));
        }

        _worker.Post(now =>
        {
            var left = _settings.GatheringLimit - (now - began);
            Link.Gather(now, servers, left > TimeSpan.Zero ? left : TimeSpan.Zero);
            Interlocked.Decrement(ref _asking);
            _events.Push(new(MediaEventKind.CandidatesFound, now)); // of a server that is not to be found, this is the last word
        });
    }

    // A name that is not found now is told once: it may be looked for at every restart.
    private void TellUnfound(StunServerUri uri)
    {
        if (!_unfound.TryAdd(uri, true))
            return;
        TellServerEnd(MonotonicClock.Now, new(uri.IsRelay, $"{(uri.IsRelay ? $"the relay {uri} carries nothing" : $"the STUN server {uri} tells nothing")}: no address was found for {uri.Host}"));
    }

    // One connection, which tries the server's addresses in turn; its relay is for IPv4 where the server has that.
    private void Connect(StunServerUri uri, IReadOnlyList<IPEndPoint> addresses, List<IceServer> servers)
    {
        try
        {
            var stream = new StreamPort(StreamTarget.Of(uri, addresses, _settings.Roots), Tell);
            stream.Start();
            servers.Add(new(uri, TransportAddress.From(addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0]), stream));
        }
        catch (MediaTransportException)
        {
            // No more descriptors: without this relay.
        }
    }

    private void Tell() => _worker.Post(_hear);

    private async Task ResolveAsync(int query, string name)
    {
        var found = await PeerNames.FindAsync(name, _random, NameLimit).ConfigureAwait(false);
        var address = found is null ? default : TransportAddress.From(found, 0);
        _worker.Post(now => Link.HandleResolved(now, query, address));
    }
}
