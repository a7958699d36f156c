// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>What both sides' descriptions come to. Immutable.</summary>
/// <param name="Local">Our credentials: others than before are a restart.</param>
/// <param name="Remote">The peer's half.</param>
internal sealed record IceAgreement(IceCredentials Local, IceDescription Remote);

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
    private bool _isOffered;

    /// <summary>What stands; null before the first answer, and when there is no ICE.</summary>
    public IceAgreement? Current { get; private set; }

    /// <summary>Peer or circumstances have no ICE: no description of ours speaks of it any more.</summary>
    public bool IsOff { get; private set; }

    /// <summary>The next offer restarts; told again before an answer came, it stays the same restart.</summary>
    /// <returns>The credentials that it will carry: the peer's checks may come before its answer.</returns>
    public IceCredentials Restart() => _offered ??= IceCredentials.Draw(random);

    /// <summary>Our lines of an offer; none without ICE.</summary>
    public IReadOnlyList<string> CreateOffer()
    {
        _isOffered = !IsOff;
        return IsOff ? [] : Write(_offered ??= Ours);
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
        lines = Write(Ours);
        return Current = new(Ours, theirs);
    }

    /// <summary>Takes the answer to our offer. Several phones may answer the same one: the last of them decides whether there is ICE.</summary>
    public IceAgreement? HandleAnswer(IceReading answer)
    {
        if (!_isOffered || answer.Description is not { } theirs)
            return End();
        IsOff = false;
        (_ours, _offered) = (_offered ?? Ours, null);
        return Current = new(_ours, theirs);
    }

    private IceCredentials Ours => _ours ??= local().Credentials;

    private IceAgreement? End()
    {
        IsOff = true;
        return Current = null;
    }

    private IReadOnlyList<string> Write(IceCredentials credentials) => [.. (local() with { Credentials = credentials }).ToAttributes()];
}
