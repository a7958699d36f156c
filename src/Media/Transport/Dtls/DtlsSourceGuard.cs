// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>What becomes of a datagram of DTLS, by its sender.</summary>
internal enum DtlsSource
{
    /// <summary>Not the peer: dropped and counted.</summary>
    Stranger,

    /// <summary>The peer, or who is taken for it.</summary>
    Peer,

    /// <summary>The peer itself, after another was taken for it: the handshake begins anew.</summary>
    PeerAfterStranger,
}

/// <summary>Who may speak DTLS with us: forged records of epoch 0 end a handshake, so they must not come near one.</summary>
/// <remarks>
/// <code>
///   with ICE      any validated pair, nothing else
///   without ICE   the signalled address, always ──► else the first whose datagram can begin a handshake, until it fails or the signalled address speaks;
///                 after three such failures the signalled address alone
/// </code>
/// The fingerprint decides who the peer is; this decides only whose bytes are read. Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class DtlsSourceGuard
{
    /// <summary>Handshakes that are spent on others than the signalled address: each costs a millisecond or two, and they must not end the call.</summary>
    public const int MostStrangers = 3;

    private PeerAddress _signalled;
    private PeerAddress _taken;
    private PeerAddress _refused;
    private int _strangersTried;
    private Func<PeerAddress, bool>? _isValidated;

    /// <summary>Where our datagrams go. Without ICE a client may be told where media was heard from.</summary>
    public PeerAddress Target { get; set; }

    /// <summary>Datagrams of strangers.</summary>
    public long Strangers { get; private set; }

    /// <summary>ICE says who may speak.</summary>
    public bool IsByIce => _isValidated is not null;

    /// <summary>True when nobody but the peer can be who is listened to.</summary>
    public bool IsProven => _isValidated is not null || _taken == _signalled;

    /// <summary>Without ICE: where the description says the peer is.</summary>
    public void UseSignalled(PeerAddress address)
    {
        _isValidated = null;
        if (_signalled == address)
            return;
        (_signalled, _taken, _refused, _strangersTried, Target) = (address, default, default, 0, address);
    }

    /// <summary>With ICE: what its checks validated.</summary>
    /// <param name="isValidated">Told by ICE for an address; called by the worker.</param>
    /// <param name="selected">The pair that ICE sends on.</param>
    public void UseValidated(Func<PeerAddress, bool> isValidated, PeerAddress selected) => (_isValidated, Target) = (isValidated, selected);

    /// <summary>Another association: whoever speaks first may be the peer again. Our datagrams go where they went.</summary>
    public void Renew() => (_taken, _refused, _strangersTried) = (default, default, 0);

    /// <summary>Who was taken for the peer failed: not that address again.</summary>
    public void Refuse()
    {
        if (_isValidated is not null || _taken == _signalled)
            return;
        (_refused, _taken, Target) = (_taken, default, _signalled);
        _strangersTried++;
    }

    /// <summary>Judges a datagram.</summary>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="weAreClient">Which beginning is awaited.</param>
    /// <param name="isSettled">The association stands: its peer is known.</param>
    public DtlsSource Judge(in PeerAddress from, ReadOnlySpan<byte> datagram, bool weAreClient, bool isSettled)
    {
        var verdict = _isValidated is { } isValidated
            ? isValidated(from) ? DtlsSource.Peer : DtlsSource.Stranger
            : isSettled ? from == _taken ? DtlsSource.Peer : DtlsSource.Stranger
            : JudgeWithoutIce(in from, datagram, weAreClient);
        Strangers += verdict == DtlsSource.Stranger ? 1 : 0;
        return verdict;
    }

    private DtlsSource JudgeWithoutIce(in PeerAddress from, ReadOnlySpan<byte> datagram, bool weAreClient)
    {
        if (from == _taken && !from.IsNone)
            return DtlsSource.Peer;
        bool isSignalled = from == _signalled;
        bool mayBegin = isSignalled || (_taken.IsNone && _strangersTried < MostStrangers && from != _refused && DtlsFragment.IsBeginning(datagram, weAreClient));
        if (!mayBegin)
            return DtlsSource.Stranger;
        var verdict = _taken.IsNone ? DtlsSource.Peer : DtlsSource.PeerAfterStranger;
        (_taken, Target) = (from, from);
        return verdict;
    }
}
