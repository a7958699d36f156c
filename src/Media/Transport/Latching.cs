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
///   encrypted   authenticated packets come from the peer wherever they come from: follow the SSRC
///   clear       signalled address, or first source ── 3 s: the signalled address may still take over ──► fixed
///   either      another SSRC from another address never takes over
/// </code>
/// A stranger who guesses the port of a clear call can be first, but not later (CVE-2017-14099 and its kin).
/// Thread: worker. Pure: told the time.
/// </remarks>
internal sealed class Latching
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private PeerAddress _signalled;
    private bool _encrypted;
    private bool _latched;
    private Instant _windowEnds;
    private uint _candidate;
    private bool _hasCandidate;

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
        Ssrc = null;
        Target = signalled;
    }

    /// <summary>Judges an RTP packet that passed all other checks (SRTP authentication included).</summary>
    public SourceVerdict HandlePacket(Instant now, in PeerAddress from, uint ssrc)
    {
        var verdict = !_latched ? Latch(now, in from, ssrc)
            : from == Target ? FromTarget(ssrc)
            : FromElsewhere(now, in from, ssrc);
        if (verdict == SourceVerdict.Stranger)
            Strangers++;
        return verdict;
    }

    private SourceVerdict Latch(Instant now, in PeerAddress from, uint ssrc)
    {
        _latched = true;
        _windowEnds = now + Window;
        Ssrc = ssrc;
        if (from == Target)
            return SourceVerdict.NewStream;
        Target = from;
        return SourceVerdict.PeerMoved;
    }

    // RFC 3550 App. A.1: a source is valid with its second packet. One odd packet does not end the running stream.
    private SourceVerdict FromTarget(uint ssrc)
    {
        if (ssrc == Ssrc)
        {
            _hasCandidate = false;
            return SourceVerdict.Peer;
        }

        if (!_hasCandidate || _candidate != ssrc)
        {
            _candidate = ssrc;
            _hasCandidate = true;
            return SourceVerdict.Stranger;
        }

        _hasCandidate = false;
        Ssrc = ssrc;
        return SourceVerdict.NewStream;
    }

    private SourceVerdict FromElsewhere(Instant now, in PeerAddress from, uint ssrc)
    {
        bool follows = _encrypted ? ssrc == Ssrc : from == _signalled && now < _windowEnds;
        if (!follows)
            return SourceVerdict.Stranger;
        Target = from;
        Ssrc = ssrc;
        return SourceVerdict.PeerMoved;
    }
}
