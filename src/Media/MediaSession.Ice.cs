// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <content>The way to the peer: candidates told and taken, restarts, and the addresses that a description names.</content>
internal sealed partial class MediaSession
{
    /// <summary>Both sides have ICE, which found no way yet.</summary>
    public bool AwaitsPath => _ice is { AwaitsPath: true };

    /// <summary>Why a STUN server or relay is not there, or not any more, each once.</summary>
    public bool TryTakeServerEnd([NotNullWhen(true)] out ServerEnd? end)
    {
        end = null;
        return _ice is { } ice && ice.TryTakeServerEnd(out end);
    }

    /// <summary>Signalling has said that the peer takes candidates by INFO (RFC 8840). Set before its description is taken. Thread: control.</summary>
    public bool PeerTakesCandidates
    {
        get;
        set
        {
            field = value;
            if (_ice is { } ice)
                ice.Negotiation.PeerTakes = value;
        }
    }

    /// <summary>Opens the sockets and asks the servers of <see cref="IceSettings"/>, so that the first description of ours can say what they say.</summary>
    /// <param name="towardsPeer">Where the peer (or its proxy) is.</param>
    /// <param name="isOfferer">The first description will be an offer: this side then decides which way is taken.</param>
    /// <returns>Done when the description may be written: at once without servers, after half a second at the latest.</returns>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound; the message names it.</exception>
    public Task PrepareAsync(IPAddress towardsPeer, bool isOfferer)
    {
        Open(towardsPeer, isOfferer);
        return _ice?.GatherAsync() ?? Task.CompletedTask;
    }

    /// <summary>The next offer of ours restarts ICE (RFC 8445 §9): the way in use stays until another one is found.</summary>
    /// <returns>False without ICE.</returns>
    public bool RestartIce()
    {
        // Without any address there is nothing to offer: once there is one, that asks again.
        if (_ice is not { Negotiation.Current: not null, Link.Description.Candidates.Count: > 0 } ice || _stopped)
            return false;
        var credentials = ice.Negotiation.Restart();
        _worker.Post(now => ice.Link.Restart(now, credentials));
        ice.GatherLost();
        return true;
    }

    /// <summary>What an INFO is to say now of our candidates (RFC 8840); empty where there is nothing new, or the peer takes none. What was written counts as told.</summary>
    public ReadOnlyMemory<byte> WriteCandidates() => _ice is { } ice && !_stopped && ice.Negotiation.TryWriteFragment(out var fragment) ? fragment : default;

    /// <summary>The peer did not take them: no more are told before the next restart.</summary>
    public void EndCandidates() => _ice?.Negotiation.EndFragments();

    /// <summary>Takes what an INFO says of the peer's candidates.</summary>
    public TrickleOutcome TakeCandidates(ReadOnlyMemory<byte> fragment) => _ice is { } ice && !_stopped ? ice.HandleFragment(fragment.Span) : TrickleOutcome.Nothing;

    /// <summary>What our side of ICE is told apart by: another one after each restart; null without ICE.</summary>
    public string? IceGeneration => _ice?.Negotiation.Current?.Local.Ufrag;

    /// <summary>Writes the first offer again, for a peer that is reached from another address of ours: only what c= and m= name is another, and what servers have said stays.</summary>
    /// <returns>False where there is no socket of that address's family, or no ICE: another session has to be made.</returns>
    public bool TryMoveOffer(IPAddress from, IPAddress towardsPeer, out ReadOnlyMemory<byte> offer)
    {
        offer = default;
        if (_ice is not { } ice || _stopped || !ice.Link.Description.Candidates.Any(c => c.Kind == CandidateKind.Host && c.Address.IsV6 == (from.AddressFamily == AddressFamily.InterNetworkV6)))
            return false;
        _towards = towardsPeer;
        _negotiator.Rollback();
        Advertise(from);
        offer = _negotiator.CreateOffer(MediaDirection.SendReceive, null);
        return true;
    }

    /// <summary>This machine has these addresses now. Thread: any.</summary>
    internal void HandleNetwork(IReadOnlyList<IPAddress> present) => Volatile.Read(ref _network)?.Handle(present);

    // The socket that was named before may be gone, and what is no candidate is a mismatch to the peer (RFC 8839 §4.2.5).
    private void UseAddress()
    {
        if (_ice is { Negotiation.Current: not null } ice && !DefaultAddress.Stands(ice.Link.Description.Candidates, _negotiator.Advertised ?? _negotiator.Local))
            Advertise(_negotiator.Local.Address);
    }

    // Port 9 where no socket is left (RFC 8840 §4.1.3).
    private void Advertise(IPAddress from)
    {
        if (_ice is not { } ice)
            return;
        _negotiator.Advertised = DefaultAddress.Of(ice.Link.Description.Candidates, from, _towards, out var host);
        _negotiator.Local = host ?? new(_negotiator.Local.Address, 9);
    }
}
