// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Calls;
using Earshot.Lab.Links;
using Earshot.Lab.Phones;
using Earshot.Media;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sip;

namespace Earshot.Lab.Nats;

/// <summary>How a <see cref="NatPhone"/> is set up.</summary>
internal sealed record NatPhoneOptions
{
    /// <summary>What its media wishes for.</summary>
    public required MediaSessionOptions Media { get; init; }

    /// <summary>Its agent; who controls is decided by who calls.</summary>
    public IceOptions Ice { get; init; } = new();

    /// <summary>False: a phone of old, that writes its own address and hopes.</summary>
    public bool SpeaksIce { get; init; } = true;

    /// <summary>Answers checks and sends none (RFC 8445 §2.5): a gateway in public.</summary>
    public bool IsLite { get; init; }

    /// <summary>What it says of its candidates, where that is not simply what they are.</summary>
    public Func<IceDescription, IceDescription>? Describes { get; init; }

    /// <summary>Whom it asks for addresses and relays; null for nobody.</summary>
    public TurnServer? Server { get; init; }

    /// <summary>What it asks that server for: <c>stun</c>, <c>turn</c>; both unless said otherwise.</summary>
    public IReadOnlyList<string> Asks { get; init; } = ["stun", "turn"];
}

/// <summary>A whole phone behind whatever NAT: signalling of its own, interfaces, ICE, keys and media.</summary>
/// <remarks>One call. Thread: its network's.</remarks>
internal sealed class NatPhone : IDisposable
{
    private static readonly TimeSpan Lookup = TimeSpan.FromMilliseconds(2);
    private readonly NatNetwork _network;
    private readonly NatPhoneOptions _options;
    private readonly SeededRandom _random;
    private readonly bool _calls;
    private bool _isAnswering;

    /// <summary>Idle.</summary>
    public NatPhone(NatNetwork network, string name, NatPhoneOptions options, (IPEndPoint Local, IPEndPoint Remote) signalling, SimulatedLink outgoing, bool calls)
    {
        (_network, _options, _calls) = (network, options, calls);
        _random = new SeededRandom(network.Random.NextBits());
        IsLite = options.IsLite;
        Path = new NatPath(network, options.Server, options.Asks, options is { SpeaksIce: true, IsLite: false } ? options.Ice with { IsControlling = calls } : null, _random)
        {
            OnRestartNeeded = HandleRestartNeeded,
            OnCandidates = HandleCandidates,
            OnFailed = HandleFailed,
        };
        Media = new NatMedia(network, this, options.Media, _random);
        if (Path.Link is { } link)
            link.ResolveNeeded = (query, name) => network.After(Lookup, () => link.HandleResolved(network.Now, query, Resolver?.Invoke(name) ?? default));
        Signalling = new VirtualPhone(name, signalling.Local, signalling.Remote, outgoing, _random, SipTransport.Tls, options.Ice.Trickles)
        {
            MakeMedia = _ => Media,
            OnIncoming = (_, _) => _isAnswering = true,
        };
    }

    /// <summary>Its SIP.</summary>
    public VirtualPhone Signalling { get; }

    /// <summary>Its ways.</summary>
    public NatPath Path { get; }

    /// <summary>What it says of its candidates.</summary>
    public IceDescription Description => _options.Describes?.Invoke(Path.Link!.Description) ?? Path.Link!.Description;

    /// <summary>Its interfaces, the preferred first.</summary>
    public List<NatHost> Hosts { get; } = [];

    /// <summary>Its call's media.</summary>
    public NatMedia Media { get; }

    /// <summary>Answers checks and sends none.</summary>
    public bool IsLite { get; }

    /// <summary>Its call.</summary>
    public VirtualCall Call => Signalling.Calls[0];

    /// <summary>Restarts ICE by itself where the agent asks for it.</summary>
    public bool RestartsByItself { get; set; } = true;

    /// <summary>Answers names in <c>.local</c>; null where nobody does.</summary>
    public Func<string, TransportAddress>? Resolver { get; set; }

    /// <summary>Takes an interface.</summary>
    public NatHost Attach(NatHost host)
    {
        Hosts.Add(host);
        Path.Open(host);
        return host;
    }

    /// <summary>The system says that an interface went down; the line may have been dead before.</summary>
    public void Detach(NatHost host)
    {
        host.IsUp = false;
        Hosts.Remove(host);
        Path.Close(host);
    }

    /// <summary>Calls the other phone.</summary>
    public void Place() => Signalling.Call(_network.Now);

    /// <summary>Offers a restart of ICE.</summary>
    public void Restart()
    {
        Media.RestartsIce = true;
        Call.ChangeSession(_network.Now);
    }

    /// <summary>Media has its keys.</summary>
    public void HandleKeysAgreed(Instant now) => Call.HandleKeysAgreed(now);

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_isAnswering && (IsGathered || Media.TellsLater))
        {
            _isAnswering = false;
            Call.Answer(now);
        }

        if (Signalling.PollTimeout() <= now)
            Signalling.HandleTimeout(now);
        Media.HandleTimeout(now);
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout() => Instant.Min(Signalling.PollTimeout(), Media.PollTimeout());

    /// <inheritdoc/>
    public void Dispose()
    {
        Media.Dispose();
        Path.Dispose();
    }

    /// <summary>Its description need not wait.</summary>
    public bool IsGathered => Path.Link is not { IsGathered: false };

    private void HandleFailed()
    {
        if (Signalling is { Calls: [var call, ..] })
            call.HandlePathFailed(_network.Now, Media.KeysAt == Instant.Never ? CallEnds.NoPath : CallEnds.PathLost);
    }

    private void HandleCandidates()
    {
        if (Signalling is { Calls: [var call, ..] })
            call.HandleCandidates(_network.Now);
    }

    // The caller alone, or both would do it at once; and with something to offer.
    private void HandleRestartNeeded()
    {
        if (RestartsByItself && _calls && Path.Link is { Description.Candidates.Count: > 0 })
            Restart();
    }
}
