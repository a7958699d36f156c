// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>What both sides' descriptions come to. Immutable.</summary>
/// <param name="Local">Our credentials: others than before are a restart.</param>
/// <param name="Remote">The peer's half.</param>
/// <param name="Mid">The stream's name, by which candidates may follow; null without.</param>
internal sealed record IceAgreement(IceCredentials Local, IceDescription Remote, string? Mid = null);

/// <summary>The ICE half of a call's offers and answers (RFC 8839 §4): which credentials go into which, what restarts, and when there is none any more.</summary>
/// <remarks>
/// <code>
///   offer  ours ──► answer with ICE ──► agreed        answer without, or ice-mismatch ──► off for good: plain RTP
///   offer  theirs, other credentials than before ──► ours are drawn anew, too (§4.4.1.1.1)
/// </code>
/// Pure. Thread: the control thread.
/// </remarks>
/// <param name="local">Our candidates as they are known now, with the credentials that the agent began with.</param>
/// <param name="random">Draws the credentials of restarts.</param>
internal sealed class IceNegotiation(Func<IceDescription> local, IRandomSource random)
{
    private IceCredentials? _ours;
    private IceCredentials? _offered;
    private readonly IceTrickle _trickle = new();
    private bool _isOffered;

    /// <summary>What stands; null before the first answer, and when there is no ICE.</summary>
    public IceAgreement? Current { get; private set; }

    /// <summary>Peer or circumstances have no ICE: no description of ours speaks of it any more.</summary>
    public bool IsOff { get; private set; }

    /// <summary>Signalling has said that the peer takes candidates by INFO (RFC 8840 §4): what its description says of it is a browser's word as well.</summary>
    public bool PeerTakes { get; set; }

    /// <summary>Our offers announce candidates that may come later.</summary>
    public bool Announces => !IsOff && local().IsTrickling;

    /// <summary>Both sides tell candidates that come after their descriptions.</summary>
    public bool Trickles => PeerTakes && Announces && Current is { Mid: not null, Remote.IsTrickling: true };

    /// <summary>The next offer restarts; told again before an answer came, it stays the same restart.</summary>
    /// <returns>The credentials that it will carry: the peer's checks may come before its answer.</returns>
    public IceCredentials Restart() => _offered ??= IceCredentials.Draw(random);

    /// <summary>Our lines of an offer; none without ICE.</summary>
    public IReadOnlyList<string> CreateOffer()
    {
        _isOffered = !IsOff;
        return IsOff ? [] : Write(_offered ??= Ours, mayFollow: Current is null || Trickles);
    }

    /// <summary>Answers an offer.</summary>
    /// <param name="offer">What it says.</param>
    /// <param name="lines">Our lines of the answer.</param>
    public IceAgreement? HandleOffer(IceReading offer, out IReadOnlyList<string> lines)
    {
        lines = offer.Kind == IceReadingKind.Mismatch && !IsOff ? ["ice-mismatch"] : [];
        if (IsOff || offer.Description is not { } theirs)
            return End();
        _offered = null;
        if (Current is { } before && before.Remote.Credentials != theirs.Credentials)
            _ours = IceCredentials.Draw(random);
        lines = Write(Ours, mayFollow: PeerTakes && offer.Mid is not null && theirs.IsTrickling);
        return Agree(new(Ours, theirs, offer.Mid));
    }

    /// <summary>Takes the answer to our offer. Several phones may answer the same one: the last of them decides whether there is ICE.</summary>
    public IceAgreement? HandleAnswer(IceReading answer)
    {
        if (!_isOffered || answer.Description is not { } theirs)
            return End();
        IsOff = false;
        (_ours, _offered) = (_offered ?? Ours, null);
        return Agree(new(_ours, theirs, answer.Mid));
    }

    /// <summary>Writes what we know beyond what was told, for an INFO that leaves now; false where there is nothing, or the peer takes none.</summary>
    public bool TryWriteFragment(out byte[] fragment)
    {
        fragment = [];
        if (!Trickles || (_offered ?? Current!.Local) != Current!.Local || _trickle.TryWrite(Current, local(), out fragment) is not { } said)
            return false;
        _trickle.NoteWritten(said);
        return true;
    }

    /// <summary>The peer took none: nothing more is told of this generation.</summary>
    public void EndFragments()
    {
        if (Current is { } agreed)
            _trickle.NoteWritten(new() { Credentials = agreed.Local, IsComplete = true });
    }

    /// <summary>Takes an INFO's body.</summary>
    /// <param name="body">It.</param>
    /// <param name="news">What is to be taken from it, with <see cref="TrickleOutcome.Taken"/>.</param>
    public TrickleOutcome HandleFragment(ReadOnlySpan<byte> body, out IceDescription? news)
    {
        news = null;
        return !IsOff && TrickleFragment.TryRead(body, out var fragment) ? _trickle.Take(Current, fragment!, out news) : TrickleOutcome.Nothing;
    }

    /// <summary>What came before the description that was agreed on just now.</summary>
    public bool TryTakeEarly([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IceDescription? news)
    {
        news = null;
        return Current is { } agreed && _trickle.TryTakeEarly(agreed, out news);
    }

    private IceCredentials Ours => _ours ??= local().Credentials;

    private IceAgreement? End()
    {
        IsOff = true;
        return Current = null;
    }

    private IceAgreement Agree(IceAgreement agreement)
    {
        _trickle.NoteAgreed(agreement);
        return Current = agreement;
    }

    // A peer that takes no candidates later has all there are, and one that may has to be told whether there are more. A restart may find that a relay is
    // gone, and another one in its place.
    private IReadOnlyList<string> Write(IceCredentials credentials, bool mayFollow)
    {
        var known = local();
        var written = known with
        {
            Credentials = credentials,
            IsComplete = !mayFollow || (known.IsComplete && (Current is null || Current.Local == credentials)),
            Options = mayFollow ? known.Options : [.. known.Options.Where(o => o != IceDescription.Trickle)],
        };
        _trickle.NoteWritten(written);
        return [.. written.ToAttributes()];
    }
}
