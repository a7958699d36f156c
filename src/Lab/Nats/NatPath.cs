// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Lab.Nats;

/// <summary>A phone's ways to its peer: the <see cref="IceLink"/> of a real call on simulated sockets.</summary>
/// <remarks>
/// <code>
///   Open ─► NatPort on each interface ─► IceLink: gathers, checks, chooses       without: the first port alone, or a LiteAgent on it
/// </code>
/// Thread: its network's.
/// </remarks>
internal sealed class NatPath : IEventSink, IDisposable
{
    /// <summary>So long an offer or answer waits for servers.</summary>
    public static readonly TimeSpan GatheringCap = TimeSpan.FromMilliseconds(500);

    // Signalling goes by way of a proxy in public.
    private static readonly IPAddress Everybody = IPAddress.Parse("203.0.113.1");

    private readonly NatNetwork _network;
    private readonly List<NatPort> _ports = [];
    private readonly IReadOnlyList<IceServer> _servers;
    private readonly TurnServer? _server;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="network">Where.</param>
    /// <param name="server">Whom it asks; null for nobody.</param>
    /// <param name="asks">For what: <c>stun</c>, <c>turn</c>.</param>
    /// <param name="options">Its agent; null for none.</param>
    /// <param name="random">Its dice.</param>
    public NatPath(NatNetwork network, TurnServer? server, IReadOnlyList<string> asks, IceOptions? options, SeededRandom random)
    {
        (_network, _server) = (network, server);
        _servers = server is null ? [] : [.. asks.Select(what => Named(what == "turn" ? $"turn:{server.User}:{server.Password}@{server.Address}" : $"{what}:{server.Address}", server))];
        Link = options is null ? null : new IceLink(options, random, this);
    }

    /// <summary>Chooses; null for a phone without ICE, or with the least of it.</summary>
    public IceLink? Link { get; }

    /// <summary>Answers checks, where that is all.</summary>
    public LiteAgent? Lite { get; set; }

    /// <summary>The way in use.</summary>
    public IcePath? Selected => Link?.Path;

    /// <summary>Both sides agreed on it.</summary>
    public bool IsNominated => Selected is { IsNominated: true };

    /// <summary>What ICE told, and when.</summary>
    public List<(Instant At, MediaEventKind Kind)> Events { get; } = [];

    /// <summary>Takes datagrams: when, at which port, from whom, what.</summary>
    public Action<Instant, int, TransportAddress, byte[]>? OnDatagram { get; set; }

    /// <summary>A restart would help.</summary>
    public Action? OnRestartNeeded { get; init; }

    /// <summary>There is no way, or none any more.</summary>
    public Action? OnFailed { get; init; }

    /// <summary>More candidates are known.</summary>
    public Action? OnCandidates { get; init; }

    /// <summary>Where a peer without ICE would send to. Port 9 where nothing is.</summary>
    public TransportAddress Default => Link is not { } link ? _ports[0].Local
        : DefaultAddress.Of(link.Description.Candidates, _ports[0].Local.ToIPAddress(), Everybody, out _) is { } known ? TransportAddress.From(known) : _ports[0].Local.WithPort(9);

    /// <summary>The first port, which everything leaves from without ICE.</summary>
    public IDatagramSender First => _ports[0];

    /// <summary>Its address.</summary>
    public TransportAddress FirstAddress => _ports[0].Local;

    /// <summary>Uses an interface from now on, and asks the servers about it.</summary>
    public void Open(NatHost host)
    {
        var port = new NatPort(_network, host, _ports.Count, _server);
        _ports.Add(port);
        int place = Link?.AddSocket(_network.Now, port.Local, port) ?? port.Number;
        port.OnDatagram = (now, from, bytes) => OnDatagram?.Invoke(now, place, from, bytes);
        Link?.Gather(_network.Now, _servers, GatheringCap);
    }

    /// <summary>Asks the servers whose relays have ended.</summary>
    public void AskAgain() => Link?.Gather(_network.Now, _servers, GatheringCap);

    /// <summary>The system says that an interface is gone.</summary>
    public void Close(NatHost host)
    {
        foreach (var port in _ports.FindAll(p => p.Host == host))
        {
            port.OnDatagram = null;
            Link?.RemoveSocket(_network.Now, port.Local);
        }
    }

    /// <inheritdoc/>
    public void Push(in MediaEvent happened)
    {
        Events.Add((_network.Now, happened.Kind));
        if (happened.Kind == MediaEventKind.PathDoubtful)
            OnRestartNeeded?.Invoke();
        if (happened.Kind == MediaEventKind.PathFailed)
            _network.After(TimeSpan.Zero, () => OnFailed?.Invoke());
        if (happened.Kind == MediaEventKind.CandidatesFound)
            _network.After(TimeSpan.Zero, () => OnCandidates?.Invoke()); // it is told in the middle of the link's own work
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Link?.Dispose();
        Lite?.Dispose();
    }

    private static IceServer Named(string uri, TurnServer server) =>
        StunServerUri.TryParse(uri, out var parsed, out string problem) ? new(parsed, server.Address) : throw new ArgumentException(problem, nameof(uri));
}
