// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Transport.Ice;

/// <content>What offer and answer say: restarts, the peer's candidates, another phone that answers, a peer without ICE.</content>
internal sealed partial class IceLink
{
    /// <summary>An offer of ours that restarts is about to leave: checks with its credentials may come before its answer.</summary>
    public void Restart(Instant now, IceCredentials credentials)
    {
        if (IsOver || credentials == _credentials)
            return;
        _agent.Restart(now, credentials);
        (_credentials, _peer) = (credentials, null);
        _gathering.Verify(now);
        _doubted = _way;
        Describe();
        Drain(now);
    }

    /// <summary>What offer and answer came to; null: the peer has no ICE, and media goes where its description says.</summary>
    /// <param name="now">Now.</param>
    /// <param name="agreement">It.</param>
    /// <param name="isFinal">False for an early answer: another phone may give the final one, with ICE or without.</param>
    /// <param name="plain">Where media goes without ICE: from the first socket of its family.</param>
    public void Apply(Instant now, IceAgreement? agreement, bool isFinal = true, in PeerAddress plain = default)
    {
        if (_isClosed)
            return;
        if (agreement is null && !plain.IsNone)
            _bases.UseFamily(plain.IsV6);
        if (_mode == Mode.Plain || (agreement is null && isFinal))
        {
            BecomePlain(now);
            return;
        }

        if (agreement is null)
        {
            Suspend(now);
            return;
        }

        _mode = Mode.Active;
        Restart(now, agreement.Local);
        // Two phones may answer one offer, the second after the first: what the first one's checks found is of no use with the other. And who
        // answered none while it rang may do so now.
        bool isTakenAtLast = _isEarly && isFinal && _way is null && now - _askedSince > Stale;
        if (_peer is not null && (_peer != agreement.Remote.Credentials || isTakenAtLast))
            Renew(now);
        if (_peer != agreement.Remote.Credentials)
            _gathering.LimitDoubt(now, _doubted);
        if (_peer is null || _peer != agreement.Remote.Credentials || isTakenAtLast)
            _askedSince = now;
        (_peer, _isEarly) = (agreement.Remote.Credentials, !isFinal);
        if (agreement.Remote.Candidates.Any(c => c.Transport == CandidateTransport.TcpPassive))
            AddActive(now);
        _agent.SetRemote(now, agreement.Remote);
        _agent.HandleTimeout(now);
        Drain(now);
    }

    /// <summary>Takes candidates that follow a description of the peer's; those of another one than the last are not taken.</summary>
    public void Add(Instant now, IceDescription more)
    {
        if (IsOver || _mode != Mode.Active || _peer != more.Credentials)
            return;
        if (more.Candidates.Any(c => c.Transport == CandidateTransport.TcpPassive))
            AddActive(now);
        foreach (var candidate in more.Candidates)
            _agent.AddRemote(now, candidate);
        if (more.IsComplete)
            _agent.CompleteRemote(now);
        _agent.HandleTimeout(now);
        Drain(now);
    }

    private void BecomePlain(Instant now)
    {
        if (_mode == Mode.Plain)
            return;
        _mode = Mode.Plain;
        _gathering.Close(now);
        _way = null;
        _target = default;
        Volatile.Write(ref _path, null);
        TellGathered();
        Dispose();
        PathChanged?.Invoke(now);
    }

    // An early answer without ICE: media goes where it says, and all is kept for the final one.
    private void Suspend(Instant now)
    {
        _mode = Mode.Undecided;
        if (_peer is null)
            return;
        _peer = null;
        Renew(now);
    }

    // The same credentials, which the new peer knows, and nothing of the old one.
    private void Renew(Instant now)
    {
        var before = _agent;
        _agent = new IceAgent(_options with { Credentials = _credentials }, _random, before);
        before.Dispose();
        if (_way is not null)
            Use(now, null);
    }
}
