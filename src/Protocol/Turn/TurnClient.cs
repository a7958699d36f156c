// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>What a packet from the server was.</summary>
internal enum TurnReceived : byte
{
    /// <summary>Nothing of the relay's, or nothing to be believed.</summary>
    Ignored,

    /// <summary>An answer, dealt with.</summary>
    Control,

    /// <summary>A peer's packet.</summary>
    Data,
}

/// <summary>One allocation on one TURN server (RFC 8656), over UDP, TCP or TLS: packets in, packets out, told the time.</summary>
/// <remarks>
/// <code>
///   Allocate ──401──► Allocate, signed ──► Allocated ──(Refresh, CreatePermission, ChannelBind, each before it expires)──► Close ──► Ended
///        └── 300, 437, 441, 486, 508, silence ──► Ended ◄── 437, silence, a broken connection ──┘
/// </code>
/// Thread: its owner's. Packets of peers in and out allocate nothing. After every call drain PollTransmit and PollEvent, then ask PollTimeout.
/// Over TCP and TLS cut the stream with <see cref="StunStreamFramer"/> first.
/// </remarks>
internal sealed class TurnClient(TurnOptions options, IRandomSource random) : IDisposable
{
    // A server that grants less keeps us busy refreshing; one that grants more is not believed for longer (RFC 8656 §7.2 has an hour).
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RefreshMargin = TimeSpan.FromMinutes(1);

    private readonly TurnRequests _requests = new(options, random);
    private readonly Queue<TurnEvent> _events = [];
    private readonly TurnPeers _peers = new();
    private Instant _refreshAt = Instant.Never;
    private bool _isClosing;
    private bool _hasEnded;

    /// <summary>What peers send to; none before <see cref="TurnEvent.Allocated"/>.</summary>
    public TransportAddress Relayed { get; private set; }

    /// <summary>True while the allocation stands.</summary>
    public bool IsAllocated => !Relayed.IsNone && !_hasEnded;

    /// <summary>It is over.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Whether the allocation stands is being asked.</summary>
    public bool IsInDoubt => IsAllocated && !_isClosing && _refreshAt == Instant.Never;

    /// <summary>Asks for a relayed address.</summary>
    public void Allocate(Instant now) => Send(now, new(StunMethod.Allocate));

    /// <summary>Lets a peer's host send to the relay; kept up until the end. False when there is no room for another peer.</summary>
    public bool CreatePermission(Instant now, in TransportAddress peer)
    {
        if (!IsAllocated || _isClosing || peer.IsV6 != Relayed.IsV6)
            return false;
        if (_peers.Find(peer) >= 0)
            return true;
        bool isHostKnown = _peers.IsHostKnown(peer);
        if (!_peers.TryAdd(peer))
            return false;
        if (!isHostKnown)
            Send(now, new(StunMethod.CreatePermission, peer));
        return true;
    }

    /// <summary>Binds a channel to a peer: four bytes a packet instead of 36 or more; kept up until the end.</summary>
    public bool BindChannel(Instant now, in TransportAddress peer)
    {
        if (!CreatePermission(now, peer))
            return false;
        ref var entry = ref _peers.All[_peers.Find(peer)];
        if (entry.Channel != 0)
            return true;
        entry.Channel = _peers.NextChannel();
        Send(now, new(StunMethod.ChannelBind, peer, entry.Channel));
        return true;
    }

    /// <summary>Asks at once whether the allocation still stands: a server that was started anew says 437.</summary>
    public void Verify(Instant now)
    {
        if (!IsAllocated || _isClosing || IsInDoubt)
            return;
        _refreshAt = now;
        Refresh(now);
    }

    /// <summary>Gives the allocation back; <see cref="TurnEvent.Ended"/> follows.</summary>
    public void Close(Instant now)
    {
        if (_hasEnded || _isClosing)
            return;
        if (!IsAllocated)
        {
            End(TurnEnd.Closed);
            return;
        }

        _isClosing = true;
        _requests.Forget();
        _refreshAt = Instant.Never;
        Send(now, new(StunMethod.Refresh) { IsRelease = true });
    }

    /// <summary>Wraps a packet for a peer, in place (<see cref="TurnData"/> says how much room is needed).</summary>
    /// <param name="peer">A peer with a permission, be it under way.</param>
    /// <param name="buffer">The packet with room before and behind it.</param>
    /// <param name="offset">Where the packet stands.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="start">Where what is to be sent to the server begins.</param>
    /// <param name="total">Its bytes.</param>
    /// <returns>False without allocation, permission or room.</returns>
    public bool TryWrap(in TransportAddress peer, Span<byte> buffer, int offset, int length, out int start, out int total)
    {
        (start, total) = (0, 0);
        int at = IsAllocated ? _peers.Find(peer) : -1;
        if (at < 0)
            return false;
        ref readonly var entry = ref _peers.All[at];
        return entry.IsBound
            ? TurnData.TryWrapChannel(buffer, offset, length, entry.Channel, options.IsReliable, out start, out total)
            : TurnData.TryWrapSend(buffer, offset, length, peer, TransactionId.Draw(random), out start, out total);
    }

    /// <summary>A packet from the server.</summary>
    /// <param name="now">Now.</param>
    /// <param name="packet">A datagram, or a frame of the stream.</param>
    /// <param name="peer">Of <see cref="TurnReceived.Data"/>: who sent it.</param>
    /// <param name="payload">Of <see cref="TurnReceived.Data"/>: where in <paramref name="packet"/> it stands.</param>
    public TurnReceived HandlePacket(Instant now, ReadOnlySpan<byte> packet, out TransportAddress peer, out Range payload)
    {
        (peer, payload) = (default, default);
        if (_hasEnded)
            return TurnReceived.Ignored;
        if (TurnData.TryReadChannel(packet, out ushort channel, out payload))
            return FromChannel(channel, out peer);
        if (!StunMessage.TryParse(packet, out var message))
            return TurnReceived.Ignored;
        if (message.Class == StunClass.Indication)
        {
            // A server relays only from hosts with a permission (RFC 8656 §11.3); from others it is a lie.
            bool isData = message.Method == StunMethod.Data && TurnData.TryReadIndication(packet, message, out peer, out payload);
            return isData && IsAllocated && _peers.IsHostKnown(peer) ? TurnReceived.Data : TurnReceived.Ignored;
        }

        return message.Class != StunClass.Request && HandleResponse(now, message) ? TurnReceived.Control : TurnReceived.Ignored;
    }

    /// <summary>The connection to the server is gone.</summary>
    public void HandleTransportFailure(Instant now) => End(_isClosing ? TurnEnd.Closed : TurnEnd.Disconnected);

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_requests.HandleTimeout(now) is { } unanswered)
            End(_isClosing ? TurnEnd.Closed : unanswered.SawForgery ? TurnEnd.Forged : TurnEnd.TimedOut);
        Refresh(now);
    }

    /// <summary>Writes the next packet to the server.</summary>
    public bool PollTransmit(Span<byte> buffer, out int length) => _requests.PollTransmit(buffer, out length);

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out TurnEvent? happened) => _events.TryDequeue(out happened);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout()
    {
        if (_hasEnded)
            return Instant.Never;
        var next = _isClosing ? Instant.Never : Instant.Min(_refreshAt, _peers.NextDue());
        return Instant.Min(next, _requests.NextTimeout());
    }

    /// <inheritdoc/>
    public void Dispose() => _requests.Dispose();

    private TurnReceived FromChannel(ushort channel, out TransportAddress peer)
    {
        int at = IsAllocated ? _peers.FindChannel(channel) : -1;
        peer = at < 0 ? default : _peers.All[at].Address;
        return at < 0 ? TurnReceived.Ignored : TurnReceived.Data;
    }

    private void Send(Instant now, TurnRequest request)
    {
        if (!_hasEnded)
            _requests.Send(now, request);
    }

    private void Refresh(Instant now)
    {
        if (_isClosing || _hasEnded)
            return;
        if (_refreshAt <= now)
        {
            _refreshAt = Instant.Never;
            Send(now, new(StunMethod.Refresh));
        }

        foreach (ref var peer in _peers.All)
        {
            if (peer.PermissionDue <= now)
            {
                peer.PermissionDue = Instant.Never;
                Send(now, new(StunMethod.CreatePermission, peer.Address));
            }

            if (peer.ChannelDue <= now)
            {
                peer.ChannelDue = Instant.Never;
                Send(now, new(StunMethod.ChannelBind, peer.Address, peer.Channel));
            }
        }
    }

    private bool HandleResponse(Instant now, in StunMessage message)
    {
        var request = _requests.Match(message, out bool isForged);
        if (isForged && options.IsReliable) End(TurnEnd.Forged);
        if (request is null) return isForged;
        if (message.Class == StunClass.Error) HandleError(now, request, message);
        else if (message.FindUnknown(default) > 0) End(TurnEnd.Malformed);
        else HandleSuccess(now, request, message);
        return true;
    }

    private void HandleSuccess(Instant now, TurnRequest request, in StunMessage message)
    {
        switch (request.Method)
        {
            case StunMethod.Allocate:
                HandleAllocated(now, message);
                break;
            case StunMethod.Refresh when request.IsRelease:
                End(TurnEnd.Closed);
                break;
            case StunMethod.Refresh:
                if (!TryScheduleRefresh(now, message, out _))
                    End(TurnEnd.Malformed);
                break;
            default:
                HandlePeerConfirmed(now, request);
                break;
        }
    }

    private void HandleAllocated(Instant now, in StunMessage message)
    {
        if (!message.TryGetXorAddress(StunAttribute.XorRelayedAddress, out var relayed) || relayed.IsV6 != options.WantsV6
            || relayed.Port == 0 || relayed.IsUnspecified || relayed.IsMulticast || !TryScheduleRefresh(now, message, out var lifetime))
        {
            End(TurnEnd.Malformed);
            return;
        }

        message.TryGetXorAddress(StunAttribute.XorMappedAddress, out var mapped);
        Relayed = relayed;
        _events.Enqueue(new TurnEvent.Allocated(relayed, mapped, lifetime));
    }

    private bool TryScheduleRefresh(Instant now, in StunMessage message, out TimeSpan lifetime)
    {
        lifetime = message.TryGetUInt32(StunAttribute.Lifetime, out uint seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        if (lifetime < ShortestLifetime)
            return false;
        lifetime = lifetime > LongestLifetime ? LongestLifetime : lifetime;
        _refreshAt = now + (lifetime > 2 * RefreshMargin ? lifetime - RefreshMargin : lifetime / 2);
        return true;
    }

    private void HandlePeerConfirmed(Instant now, TurnRequest request)
    {
        int at = _peers.Find(request.Peer);
        if (at < 0)
            return;
        ref var peer = ref _peers.All[at];
        if (request.Method == StunMethod.ChannelBind)
        {
            peer.ChannelDue = now + TurnPeers.ChannelRefresh;
            if (!peer.IsBound)
                _events.Enqueue(new TurnEvent.ChannelBound(peer.Address, peer.Channel));
            peer.IsBound = true;
            return;
        }

        peer.PermissionDue = now + TurnPeers.PermissionRefresh;
        if (!peer.IsPermitted)
            _events.Enqueue(new TurnEvent.Permitted(peer.Address));
        peer.IsPermitted = true;
    }

    private void HandleError(Instant now, TurnRequest request, in StunMessage message)
    {
        if (!message.TryGetError(out int code, out _))
            End(TurnEnd.Malformed);
        else if (code is 401 or 438 && _requests.TryAnswerChallenge(now, request, message))
            return;
        else if (request.IsRelease)
            End(TurnEnd.Closed);
        else if (code is 401 or 438)
            End(TurnEnd.Credentials, code);
        else if (request.Method == StunMethod.Allocate || code == 437)
            End(TurnErrors.EndOf(code), code, TurnErrors.AlternateOf(code, message));
        else if (request.Method == StunMethod.Refresh)
            End(TurnEnd.Refused, code);
        else
            HandlePeerRefused(request, code);
    }

    private void HandlePeerRefused(TurnRequest request, int code)
    {
        int at = _peers.Find(request.Peer);
        if (at < 0)
            return;
        if (request.Method == StunMethod.ChannelBind)
        {
            // Without its channel a peer is still reached by indications.
            ref var peer = ref _peers.All[at];
            (peer.Channel, peer.IsBound, peer.ChannelDue) = (0, false, Instant.Never);
            return;
        }

        _peers.RemoveHost(request.Peer);
        _events.Enqueue(new TurnEvent.Forbidden(request.Peer, code));
    }

    private void End(TurnEnd cause, int status = 0, TransportAddress alternate = default)
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _requests.Clear();
        _events.Enqueue(new TurnEvent.Ended(cause, status, alternate));
    }
}
