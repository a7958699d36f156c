// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>The worker's end of a call's DTLS: whose datagrams go to the association, and where its own go.</summary>
/// <remarks>
/// <code>
///   datagram ─► DtlsSourceGuard ─► newest DtlsSession        sessions ─► sender, to the guard's target
/// </code>
/// What may begin a handshake and comes before there is an association waits for it. With a new association the one before it still sends its goodbye, where its peer is the same, and hears nothing any more. Once the association stands, only where its peer was heard counts.
/// Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class DtlsLink(IDatagramSender sender)
{
    // A ClientHello, in pieces if need be: who answers an offer begins before its answer is here, and many wait a second before they say it again.
    private const int MostEarly = 4;

    private readonly byte[] _datagram = new byte[1500];
    private readonly byte[][] _early = [new byte[1500], new byte[1500], new byte[1500], new byte[1500]];
    private readonly (PeerAddress From, int Length)[] _earlyFrom = new (PeerAddress, int)[MostEarly];
    private readonly byte[] _held = new byte[1500];
    private int _earlyCount;
    private int _heldLength;
    private DtlsSession? _session;
    private DtlsSession? _before;
    private PeerAddress _spokenTo;
    private PeerAddress _spokenToBefore;
    private int _attempt;

    /// <summary>Who may speak.</summary>
    public DtlsSourceGuard Guard { get; } = new();

    /// <summary>Datagrams that were handed over.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams that were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>From now on this association is meant; null for none.</summary>
    public void Use(DtlsSession? session)
    {
        if (session == _session)
            return;
        (_before, _session, _attempt) = (_session, session, session?.Attempt ?? 0);
        (_spokenToBefore, _spokenTo) = (_spokenTo, default);
        Guard.Renew();
        int early = _earlyCount;
        _earlyCount = 0;
        for (int i = 0; session is not null && i < early; i++)
            HandleDatagram(in _earlyFrom[i].From, _early[i].AsSpan(0, _earlyFrom[i].Length));
        _heldLength = 0;
        Transmit();
    }

    /// <summary>ICE uses another path: what waited for one leaves, and who spoke before it was validated is heard.</summary>
    public void HandlePath()
    {
        if (_session is not { } session)
            return;
        int early = _earlyCount;
        _earlyCount = 0;
        for (int i = 0; i < early; i++)
            HandleDatagram(in _earlyFrom[i].From, _early[i].AsSpan(0, _earlyFrom[i].Length));
        if (_heldLength > 0 && HasTarget)
            Speak(_held.AsSpan(0, _heldLength));
        _heldLength = HasTarget ? 0 : _heldLength;
        Drain(session);
    }

    /// <summary>One datagram that is DTLS by its first byte (RFC 7983).</summary>
    public void HandleDatagram(in PeerAddress from, ReadOnlySpan<byte> datagram)
    {
        if (_session is not { } session)
        {
            KeepEarly(in from, datagram);
            return;
        }

        if (session.State == DtlsState.Ended)
            return;
        if (session.Attempt != _attempt)
        {
            _attempt = session.Attempt;
            Guard.Refuse();
        }

        var source = Guard.Judge(in from, datagram, session.Terms.IsClient, session.State == DtlsState.Established);
        if (source == DtlsSource.Stranger)
        {
            if (Guard.IsByIce && session.State != DtlsState.Established)
                KeepEarly(in from, datagram);
            return;
        }

        if (source == DtlsSource.PeerAfterStranger)
            session.Restart();
        session.IsSourceProven = Guard.IsProven;
        Received += session.HandlePacket(datagram) ? 1 : 0;
    }

    /// <summary>Sends what waits. After the session's transmit call, on the worker.</summary>
    public void Transmit()
    {
        if (_before is { } before)
            DrainGoodbye(before);
        if (_session is { } session)
            Drain(session);
    }

    private void KeepEarly(in PeerAddress from, ReadOnlySpan<byte> datagram)
    {
        if (_earlyCount == MostEarly || datagram.Length > _datagram.Length || !DtlsFragment.IsBeginning(datagram, weAreClient: false))
            return;
        datagram.CopyTo(_early[_earlyCount]);
        _earlyFrom[_earlyCount++] = (from, datagram.Length);
    }

    private void Drain(DtlsSession session)
    {
        for (int length; (length = session.PollTransmit(_datagram)) > 0;)
        {
            if (HasTarget)
                Speak(_datagram.AsSpan(0, length));
            else if (Guard.IsByIce)
                Hold(_datagram.AsSpan(0, length));
        }
    }

    private void Speak(ReadOnlySpan<byte> datagram)
    {
        _spokenTo = Guard.Target;
        Sent += sender.Send(datagram, Guard.Target) ? 1 : 0;
    }

    // To whom it spoke, and nobody else: where another phone took the call, an alert would be the first that it hears of us, and end its handshake.
    private void DrainGoodbye(DtlsSession before)
    {
        for (int length; (length = before.PollTransmit(_datagram)) > 0;)
        {
            if (HasTarget && Guard.Target == _spokenToBefore)
                Sent += sender.Send(_datagram.AsSpan(0, length), Guard.Target) ? 1 : 0;
        }
    }

    private bool HasTarget => !Guard.Target.IsNone && !Guard.Target.IsUnspecified;

    // Only who begins has something to say before there is a path, and says it in one datagram, again and again: once is enough.
    private void Hold(ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(_held);
        _heldLength = datagram.Length;
    }
}
