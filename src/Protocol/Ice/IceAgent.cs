// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>A full ICE agent for one component (RFC 8445), trickling (RFC 8838) where the peer does: packets in, packets out, told the time.</summary>
/// <remarks>
/// <code>
///   AddLocal, SetRemote, AddRemote ──► CheckList ──► OutgoingChecks ──► PollTransmit (socket or relay, target)
///   HandlePacket ──► IncomingRequests, IncomingResponses ──► Nomination ──► PathKeeper ──► PollEvent: Selected
/// </code>
/// Thread: its owner's, one at a time. After every call drain PollTransmit and PollEvent, then ask PollTimeout. In steady state (consent,
/// checks of the peer's) nothing is allocated. A "base" names a socket of the owner's by its address, or a relay by its relayed address; TCP
/// candidates have port 9 there, and the owner opens a connection when the first check for a target is to be sent.
/// </remarks>
internal sealed class IceAgent : IDisposable
{
    // RFC 8863: no verdict before the time that a check needs to fail.
    private static readonly TimeSpan Patience = StunTransaction.ReliableWait;
    private static readonly TimeSpan DefaultPacing = TimeSpan.FromMilliseconds(50);

    private readonly IceSession _session;
    private readonly Nomination _nomination;
    private readonly PathKeeper _keeper;
    private readonly OutgoingChecks _checks;
    private readonly IncomingRequests _requests;
    private readonly IncomingResponses _responses;
    private readonly NameQueries _names;
    private bool _isLocalComplete;

    /// <summary>Draws credentials and begins to listen.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="random">The system's generator in a phone.</param>
    /// <param name="before">Whose place it takes for another peer: its candidates are this one's, as they were told.</param>
    public IceAgent(IceOptions options, IRandomSource random, IceAgent? before = null)
    {
        _session = new IceSession(options, random, before?._session.Local);
        _nomination = new Nomination(_session);
        _keeper = new PathKeeper(_session, _nomination);
        _checks = new OutgoingChecks(_session);
        _requests = new IncomingRequests(_session, _keeper, _nomination);
        _responses = new IncomingResponses(_session, _keeper, _nomination);
        _names = new NameQueries(_session);
    }

    /// <summary>Do we nominate?</summary>
    public bool IsControlling => _session.IsControlling;

    /// <summary>Where the session stands.</summary>
    public IceState State => _session.State;

    /// <summary>The way that packets take; null before one works, and when consent is gone.</summary>
    public IcePath? Selected => _keeper.Path;

    /// <summary>The round trip of that way, as the last check measured it; zero when none did.</summary>
    public TimeSpan RoundTrip => _session.Selected?.RoundTrip ?? TimeSpan.Zero;

    /// <summary>What our description says now.</summary>
    public IceDescription LocalDescription => new()
    {
        Credentials = _session.Current.Local,
        Candidates = [.. _session.Local.All],
        Options = [.. _session.Options.Trickles ? (ReadOnlySpan<string>)["ice2", IceDescription.Trickle] : ["ice2"], .. _session.Options.OffersRenomination ? (ReadOnlySpan<string>)["renomination"] : []],
        Pacing = _session.Options.Pacing,
        IsComplete = _isLocalComplete,
    };

    /// <summary>The peer's candidates, discovered ones included.</summary>
    internal IReadOnlyList<IceCandidate> RemoteCandidates => _session.Current.RemoteCandidates;

    /// <summary>The pairs, for tests and for people who ask why.</summary>
    internal IReadOnlyList<CandidatePair> Pairs => _session.Current.Pairs.All;

    /// <summary>Adds a candidate of ours, best interface first; its line is to be told to a trickling peer. Null when it is not needed.</summary>
    /// <param name="now">Now.</param>
    /// <param name="kind">Host, server-reflexive or relayed.</param>
    /// <param name="address">Where peers would send to.</param>
    /// <param name="origin">The socket; of a relayed candidate the relayed address again.</param>
    /// <param name="related">raddr: the base of a server-reflexive candidate, the mapped address of a relayed one.</param>
    /// <param name="transport">What carries it.</param>
    /// <param name="server">The STUN or TURN server.</param>
    /// <param name="isByConnection">Of a relay: the server is reached by TCP or TLS.</param>
    public IceCandidate? AddLocal(
        Instant now, CandidateKind kind, in TransportAddress address, in TransportAddress origin, in TransportAddress related = default,
        CandidateTransport transport = CandidateTransport.Udp, in TransportAddress server = default, bool isByConnection = false)
    {
        var candidate = _session.Local.Add(kind, address, origin, related, transport, server, isByConnection);
        if (candidate is null)
            return null;
        foreach (var remote in _session.Current.RemoteCandidates)
            _session.Current.Pairs.Add(candidate, remote, _session.IsControlling);
        _requests.TakeEarly(now);
        return candidate;
    }

    /// <summary>No candidate of ours will follow.</summary>
    public void CompleteLocal(Instant now) => _isLocalComplete = true;

    /// <summary>A socket closed, an interface went down, a relay ended: its pairs are gone, another that works is taken at once.</summary>
    public void RemoveLocal(Instant now, in TransportAddress origin)
    {
        _session.Local.RemoveBase(origin);
        _session.Current.Pairs.RemoveBase(origin);
        _session.Previous?.Pairs.RemoveBase(origin);
        _keeper.RemoveBase(now, origin);
    }

    /// <summary>Would this description of the peer's be a restart of its (RFC 8839 §4.4.1.1.1)? Then call <see cref="Restart"/> first.</summary>
    public bool IsRestart(IceDescription remote) => _session.Current.Remote is { } known && known != remote.Credentials;

    /// <summary>Takes the peer's description. The same one again changes nothing but adds its candidates.</summary>
    public void SetRemote(Instant now, IceDescription remote)
    {
        var current = _session.Current;
        if (current.Remote != remote.Credentials)
            current.SetRemote(now, remote.Credentials);
        current.MayRenominate = remote.OffersRenomination && _session.Options.OffersRenomination;
        var theirs = remote.Pacing ?? DefaultPacing;
        _session.Pacing = theirs > _session.Options.Pacing ? theirs : _session.Options.Pacing;
        if (remote.IsLite && !_session.IsControlling)
            _session.SwitchRole();
        if (_session.State is IceState.New or IceState.Failed || Selected is null)
            _session.SetState(IceState.Checking);
        foreach (var candidate in remote.Candidates)
            AddRemote(now, candidate);
        current.IsRemoteComplete |= remote.IsComplete || !remote.IsTrickling;
        _requests.TakeEarly(now);
    }

    /// <summary>Takes one more candidate of the peer's.</summary>
    public void AddRemote(Instant now, IceCandidate candidate)
    {
        if (candidate.Component != _session.Options.Component)
            return;
        if (candidate.IsName)
        {
            _names.Ask(candidate);
            return;
        }

        if (candidate.Address.Port == 0 || candidate.Address.IsUnspecified || candidate.Address.IsMulticast)
            return;
        bool isNew = _session.Current.TryAddRemote(candidate);
        _keeper.NoteNamed();
        if (!isNew)
            return;
        foreach (var local in _session.Local.All)
            _session.Current.Pairs.Add(local, candidate, _session.IsControlling);
    }

    /// <summary>The answer to ResolveNeeded; none when the name leads nowhere.</summary>
    public void HandleResolved(Instant now, int query, in TransportAddress address)
    {
        if (_names.Take(query, address) is { } candidate)
            AddRemote(now, candidate);
    }

    /// <summary>No candidate of the peer's will follow (end-of-candidates).</summary>
    public void CompleteRemote(Instant now)
    {
        _session.Current.IsRemoteComplete = true;
        _nomination.Consider(now);
    }

    /// <summary>Begins anew with fresh credentials (RFC 8445 §9): the path in use stays until a new one is nominated.</summary>
    /// <returns>What the next description says.</returns>
    public IceCredentials Restart(Instant now, IceCredentials? credentials = null)
    {
        _session.Restart(credentials ?? IceCredentials.Draw(_session.Random));
        _nomination.Reset();
        _checks.Reset();
        _keeper.NoteRestart();
        return _session.Current.Local;
    }

    /// <summary>Media fell silent, or comes over another pair: ask whether the path still stands.</summary>
    public void Probe(Instant now) => _keeper.Probe(now);

    /// <summary>May DTLS and SRTP from there be the peer's? Any pair that works will do.</summary>
    public bool IsValidated(in TransportAddress origin, in TransportAddress remote) =>
        _session.Current.Pairs.Find(origin, remote) is { IsValid: true } || _session.Previous?.Pairs.Find(origin, remote) is { IsValid: true };

    /// <summary>Has a check of the peer's come from there?</summary>
    public bool IsHeard(in TransportAddress origin, in TransportAddress remote) => _session.Current.Pairs.Find(origin, remote) is { WasHeard: true };

    /// <summary>A datagram, or a frame of a connection.</summary>
    /// <returns>True when it was STUN, whatever became of it.</returns>
    public bool HandlePacket(Instant now, in TransportAddress origin, in TransportAddress remote, ReadOnlySpan<byte> packet)
    {
        if (!StunMessage.TryParse(packet, out var message))
            return false;
        if (message.Class == StunClass.Request)
            _requests.Handle(now, origin, remote, message);
        else if (message.Class != StunClass.Indication)
            _responses.Handle(now, origin, remote, message);
        return true;
    }

    /// <summary>A connection could not be opened, or broke.</summary>
    public void HandleTransportFailure(Instant now, in TransportAddress origin, in TransportAddress remote)
    {
        if (_session.Current.Pairs.Find(origin, remote) is { } pair)
            _responses.Fail(now, pair, isConsent: false);
    }

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now)
    {
        while (_checks.HandleTimeout(now) is { } failed)
            _responses.Fail(now, failed, isConsent: false);
        _nomination.Consider(now);
        _keeper.HandleTimeout(now);
        if (FailsAt() <= now)
            _session.SetState(IceState.Failed);
    }

    /// <summary>Writes the next packet: 1280 bytes of room do.</summary>
    public bool PollTransmit(Span<byte> buffer, out int length, out TransportAddress origin, out TransportAddress remote)
    {
        while (_session.Outgoing.TryTake(out var message))
        {
            (origin, remote) = (message.Base, message.Target);
            if (IsAlive(message.Generation) && CheckWriter.TryWrite(_session, message, buffer, out length))
                return true;
        }

        (length, origin, remote) = (0, default, default);
        return false;
    }

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out IceEvent? happened) => _session.Events.TryDequeue(out happened);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => Instant.Min(
        Instant.Min(_checks.NextTimeout(), _nomination.NextTimeout), Instant.Min(_keeper.NextTimeout(), FailsAt()));

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Current.Dispose();
        _session.Previous?.Dispose();
    }

    private bool IsAlive(IceGeneration generation) => generation == _session.Current || generation == _session.Previous;

    private Instant FailsAt()
    {
        if (_session.State != IceState.Checking)
            return Instant.Never;
        foreach (var pair in _session.Current.Pairs.All)
        {
            if (pair.IsOpen || pair.IsValid)
                return Instant.Never;
        }

        return _session.Current.StartedAt + Patience;
    }
}
