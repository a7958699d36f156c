// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>What <see cref="Latching"/> says of a packet's sender.</summary>
internal enum SourceVerdict
{
    /// <summary>The peer, as before.</summary>
    Peer,

    /// <summary>The peer, from a new address: media goes there from now on.</summary>
    PeerMoved,

    /// <summary>The peer's new stream: another SSRC from the address it had.</summary>
    NewStream,

    /// <summary>Not the peer. The packet is not played.</summary>
    Stranger,
}

/// <summary>Symmetric RTP (RFC 4961): who is the peer, and where does its media go?</summary>
/// <remarks>
/// <code>
///   encrypted   authenticated packets come from the peer wherever they come from: follow the newest of them
///   clear       first source that is the signalled address, or sent three in a row ──► the signalled address takes over whenever it is heard
///               ──► nobody else, until it is silent
///   either      another SSRC counts with its second packet
/// </code>
/// A stranger who guesses the port of a clear call can be first, and stay so only while the signalled address is silent (CVE-2017-14099 and its
/// kin). A translator that forgets its mapping is followed in clear, too: the same stream going on from elsewhere after the old address fell silent.
/// Thread: worker. Pure: told the time.
/// </remarks>
internal sealed class Latching
{
    // Longer than any pause of a sender that does not pause, shorter than it takes a person to hang up.
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(2);

    // RFC 3550 App. A.1, MAX_DROPOUT: so far ahead a stream is still the same.
    private const int MaximumDropout = 3000;

    // So many packets in a row, by their numbers: a copy of one that was overheard, however often it comes, proves nothing.
    private const int Probation = 3;

    private PeerAddress _signalled;
    private bool _encrypted;
    private bool _latched;
    private Instant _heardAt;
    private ushort _newest;
    private PeerAddress _candidateFrom;
    private uint _candidate;
    private bool _hasCandidate;
    private int _provenInARow;
    private ushort _lastProven;

    /// <summary>Where media goes now.</summary>
    public PeerAddress Target { get; private set; }

    /// <summary>The peer's SSRC, once heard.</summary>
    public uint? Ssrc { get; private set; }

    /// <summary>Packets of strangers.</summary>
    public long Strangers { get; private set; }

    /// <summary>A description names an address: the first one, or another than before. The same one again changes nothing.</summary>
    public void SetSignalled(PeerAddress signalled, bool encrypted)
    {
        if (_signalled == signalled && _encrypted == encrypted)
            return;
        _signalled = signalled;
        _encrypted = encrypted;
        _latched = false;
        _hasCandidate = false;
        _provenInARow = 0;
        Ssrc = null;
        Target = signalled;
    }

    /// <summary>True for the source that is the peer's as things stand: proves nothing, but a packet from elsewhere is surely not expected.</summary>
    public bool IsExpected(in PeerAddress from, uint ssrc) => from == Target && (Ssrc is null || Ssrc == ssrc);

    /// <summary>Judges an RTP packet that passed all other checks (SRTP authentication included).</summary>
    /// <param name="now">Now.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="ssrc">Its source.</param>
    /// <param name="sequence">Its number: a late packet says where the peer was, not where it is.</param>
    public SourceVerdict HandlePacket(Instant now, in PeerAddress from, uint ssrc, ushort sequence)
    {
        var verdict = !_latched ? First(in from, ssrc, sequence)
            : from == Target ? FromTarget(in from, ssrc)
            : _encrypted ? FromElsewhere(in from, ssrc, sequence)
            : FromElsewhereInClear(now, in from, ssrc, sequence);
        if (verdict == SourceVerdict.Stranger)
        {
            Strangers++;
            return verdict;
        }

        _heardAt = now;
        if (verdict != SourceVerdict.Peer || Ahead(sequence) > 0)
            _newest = sequence;
        return verdict;
    }

    /// <summary>A packet that is surely not the peer's.</summary>
    public void Refuse() => Strangers++;

    private int Ahead(ushort sequence) => (short)(sequence - _newest);

    private SourceVerdict Take(in PeerAddress from, uint ssrc)
    {
        bool moved = from != Target;
        _latched = true;
        _hasCandidate = false;
        _provenInARow = 0;
        Ssrc = ssrc;
        Target = from;
        return moved ? SourceVerdict.PeerMoved : SourceVerdict.NewStream;
    }

    // RFC 3550 App. A.1: a stray packet, of whoever had our port before, neither moves the call nor locks the peer out.
    private SourceVerdict First(in PeerAddress from, uint ssrc, ushort sequence) =>
        _encrypted || from == _signalled || IsProven(in from, ssrc, sequence) ? Take(in from, ssrc) : SourceVerdict.Stranger;

    private SourceVerdict FromTarget(in PeerAddress from, uint ssrc)
    {
        if (ssrc != Ssrc)
            return OtherSource(in from, ssrc);
        _hasCandidate = false;
        return SourceVerdict.Peer;
    }

    private SourceVerdict FromElsewhere(in PeerAddress from, uint ssrc, ushort sequence)
    {
        if (ssrc != Ssrc)
            return OtherSource(in from, ssrc);
        return Ahead(sequence) > 0 ? Take(in from, ssrc) : SourceVerdict.Peer;
    }

    private SourceVerdict FromElsewhereInClear(Instant now, in PeerAddress from, uint ssrc, ushort sequence)
    {
        if (from == _signalled)
            return Take(in from, ssrc);
        bool plausible = ssrc == Ssrc && Ahead(sequence) is > 0 and <= MaximumDropout && now - _heardAt >= Silent;
        return plausible && IsProven(in from, ssrc, sequence) ? Take(in from, ssrc) : SourceVerdict.Stranger;
    }

    private bool IsProven(in PeerAddress from, uint ssrc, ushort sequence)
    {
        bool inARow = _provenInARow > 0 && _candidateFrom == from && _candidate == ssrc && sequence == (ushort)(_lastProven + 1);
        (_provenInARow, _lastProven, _candidateFrom, _candidate) = (inARow ? _provenInARow + 1 : 1, sequence, from, ssrc);
        return _provenInARow >= Probation;
    }

    // RFC 3550 App. A.1: a source is valid with its second packet. One odd packet does not end the running stream.
    private SourceVerdict OtherSource(in PeerAddress from, uint ssrc)
    {
        if (_hasCandidate && _candidate == ssrc && _candidateFrom == from)
            return Take(in from, ssrc);
        (_hasCandidate, _candidate, _candidateFrom) = (true, ssrc, from);
        return SourceVerdict.Stranger;
    }
}
