// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Lab.Links;
using Earshot.Media;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Nats;

/// <summary>Two whole phones, what stands between them, and the clock: a call through NATs in virtual time, seeded.</summary>
/// <remarks>
/// <code>
///   alice ── NAT ──10 ms──┬──10 ms── NAT ── bob          signalling: a connection by way of a proxy, 20 ms one way
///                   STUN and TURN, 5 ms
/// </code>
/// Thread: one.
/// </remarks>
internal sealed class NatCall : IDisposable
{
    /// <summary>One way through a phone's line.</summary>
    public static readonly TimeSpan Line = TimeSpan.FromMilliseconds(10);

    // The certificate is drawn by the system and shown to nobody: the handshake is scripted.
    private static readonly DtlsIdentity Identity = DtlsIdentity.CreateEphemeral();
    private static readonly IPEndPoint AliceAt = new(IPAddress.Parse("192.0.2.1"), 5061);
    private static readonly IPEndPoint BobAt = new(IPAddress.Parse("192.0.2.2"), 5061);
    private readonly SimulatedLink _toBob;
    private readonly SimulatedLink _toAlice;

    /// <summary>Nobody has called yet.</summary>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="alice">The caller; null for a phone that speaks ICE.</param>
    /// <param name="bob">Who answers; likewise.</param>
    /// <param name="bobsServer">He has a server of his own.</param>
    public NatCall(ulong seed = 1, NatPhoneOptions? alice = null, NatPhoneOptions? bob = null, bool bobsServer = false)
    {
        Network = new NatNetwork(seed);
        Server = new TurnServer(Network, Network.Public.AddHost("203.0.113.9", TimeSpan.FromMilliseconds(5))) { UsesSha256 = true };
        BobsServer = bobsServer ? new TurnServer(Network, Network.Public.AddHost("203.0.113.77", TimeSpan.FromMilliseconds(5))) : Server;
        var way = new LinkOptions { Delay = 2 * Line, Drops = _ => !IsSignallingUp };
        _toBob = new SimulatedLink(way, new SeededRandom(Network.Random.NextBits()));
        _toAlice = new SimulatedLink(way, new SeededRandom(Network.Random.NextBits()));
        Alice = new NatPhone(Network, "alice", With(alice, Server), (AliceAt, BobAt), _toBob, calls: true);
        Bob = new NatPhone(Network, "bob", With(bob, BobsServer), (BobAt, AliceAt), _toAlice, calls: false);
    }

    /// <summary>Everything between them.</summary>
    public NatNetwork Network { get; }

    /// <summary>Serves Alice.</summary>
    public TurnServer Server { get; }

    /// <summary>Serves Bob: the same, unless he was given his own.</summary>
    public TurnServer BobsServer { get; }

    /// <summary>Calls.</summary>
    public NatPhone Alice { get; }

    /// <summary>Answers.</summary>
    public NatPhone Bob { get; }

    /// <summary>False: what is signalled is lost.</summary>
    public bool IsSignallingUp { get; set; } = true;

    /// <summary>A round trip between the phones without relay: what set-up is counted in.</summary>
    public static TimeSpan RoundTrip => 4 * Line;

    /// <summary>Media as the calls of this network have it: cheap to compute, keys by (scripted) DTLS.</summary>
    public static MediaSessionOptions Media { get; } =
        new() { Codecs = ["pcmu"], Security = MediaSecurityPolicy.Dtls, Identity = Identity, Adapt = false, Redundancy = false };

    /// <summary>Both phones behind a NAT of their own, or none.</summary>
    public static NatCall Between(NatBehavior? alice, NatBehavior? bob, ulong seed = 1)
    {
        var call = new NatCall(seed);
        call.Alice.Attach(call.AddLine(alice, 1));
        call.Bob.Attach(call.AddLine(bob, 2));
        return call;
    }

    /// <summary>A line with a NAT, or with a public address.</summary>
    public NatHost AddLine(NatBehavior? nat, int number) => nat is null
        ? Network.Public.AddHost($"198.51.100.{number}", Line)
        : Network.AddRealm(nat, $"198.51.100.{number}", Line).AddHost($"10.{number}.0.2");

    /// <summary>Gathers, calls, and runs until both hear each other, or that much time has passed.</summary>
    public bool Connect(TimeSpan atMost)
    {
        RunUntil(() => Alice.IsGathered, TimeSpan.FromSeconds(1));
        Alice.Place();
        return RunUntil(() => BothHear, atMost);
    }

    /// <summary>Both have heard each other.</summary>
    public bool BothHear => Alice.Media.Heard.FirstAt < Instant.Never && Bob.Media.Heard.FirstAt < Instant.Never;

    /// <summary>From the answer's arrival until the later of the two hears the other.</summary>
    public TimeSpan SetUp => Instant.Max(Alice.Media.Heard.FirstAt, Bob.Media.Heard.FirstAt) - Alice.Media.DescribedAt;

    /// <summary>Does a relay carry it, as either side knows?</summary>
    public bool IsRelayed => Alice.Path.Selected is { IsRelayed: true } || Bob.Path.Selected is { IsRelayed: true };

    /// <summary>Lets virtual time pass.</summary>
    public void Run(TimeSpan time)
    {
        var end = Network.Now + time;
        while (Next() is var next && next <= end)
            Step(Instant.Max(next, Network.Now));
        Network.Run(end);
    }

    /// <summary>Lets time pass until something is so.</summary>
    /// <returns>False when it never was.</returns>
    public bool RunUntil(Func<bool> isSo, TimeSpan atMost)
    {
        var step = TimeSpan.FromMilliseconds(10);
        for (var spent = TimeSpan.Zero; spent < atMost && !isSo(); spent += step)
            Run(step);
        return isSo();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
        Server.Dispose();
        if (BobsServer != Server)
            BobsServer.Dispose();
    }

    private static NatPhoneOptions With(NatPhoneOptions? options, TurnServer server)
    {
        options ??= new() { Media = Media };
        return options.SpeaksIce ? options with { Server = options.Server ?? server } : options;
    }

    private Instant Next()
    {
        var next = Instant.Min(Network.NextArrival, Instant.Min(_toBob.NextArrival, _toAlice.NextArrival));
        return Instant.Min(next, Instant.Min(Alice.PollTimeout(), Bob.PollTimeout()));
    }

    private void Step(Instant now)
    {
        Network.Run(now);
        while (_toBob.TryReceive(now, out var message))
            Bob.Signalling.HandlePacket(now, message);
        while (_toAlice.TryReceive(now, out var message))
            Alice.Signalling.HandlePacket(now, message);
        Alice.HandleTimeout(now);
        Bob.HandleTimeout(now);
    }
}
