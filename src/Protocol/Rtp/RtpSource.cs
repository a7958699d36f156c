// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>Sequence numbers of one synchronization source: validity, wraps and losses (RFC 3550 App. A.1 and A.3).</summary>
/// <remarks>
/// <code>
///   Probation ──n, n+1──► Valid ──jump ≥ 3000──► Suspect ──next in order──► Restarted = Valid from here
///                           ▲─── any number in reach ───┘
/// </code>
/// Thread: its owner's. Real-time: no allocation.
/// </remarks>
internal sealed class RtpSource
{
    private const int MaximumDropout = 3000;
    private const int MaximumMisorder = 100;
    private const int NoSuspect = -1;

    private int _minimumSequential;
    private int _probation;
    private int _suspect = NoSuspect;
    private bool _started;
    private ushort _expectedInProbation;
    private long _expectedPrior;
    private long _receivedPrior;

    /// <summary>A source nobody has heard yet.</summary>
    /// <param name="ssrc">Its number.</param>
    /// <param name="minimumSequential">Packets in a row before it is believed: 2 for clear media, 0 behind SRTP, where a stranger cannot send.</param>
    public RtpSource(uint ssrc, int minimumSequential = 2)
    {
        Ssrc = ssrc;
        _minimumSequential = minimumSequential;
    }

    /// <summary>The source's number.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>True once enough packets came in a row.</summary>
    public bool IsValid => _started && _probation == 0;

    /// <summary>The highest number received, wraps counted in the upper bits.</summary>
    public uint HighestExtended => (uint)HighestSequence;

    /// <summary>Packets received since the source was believed.</summary>
    public long Received { get; private set; }

    /// <summary>Packets that should have come.</summary>
    public long Expected => IsValid ? HighestSequence - BaseSequence + 1 : 0;

    /// <summary>Expected less received: below zero when duplicates came.</summary>
    public long Lost => Expected - Received;

    /// <summary>What had been lost whenever the numbers began anew; not in <see cref="Lost"/>.</summary>
    public long LostBefore { get; private set; }

    private long HighestSequence { get; set; }

    private long BaseSequence { get; set; }

    /// <summary>Forgets all: the place serves another source.</summary>
    public void Reset(uint ssrc, int minimumSequential)
    {
        Ssrc = ssrc;
        _minimumSequential = minimumSequential;
        _started = false;
        _probation = 0;
        LostBefore = 0;
        Restart(0, alreadyReceived: 0);
    }

    /// <summary>Takes the number of a packet that came.</summary>
    public SequenceVerdict HandleSequence(ushort sequence)
    {
        if (!_started)
            Begin(sequence);
        if (_probation > 0)
            return HandleProbation(sequence);

        long extended = SequenceNumber.Extend(sequence, HighestSequence);
        long step = extended - HighestSequence;
        bool inReach = step is < MaximumDropout and > -MaximumMisorder;
        if (!inReach)
            return HandleJump(sequence);
        _suspect = NoSuspect;
        HighestSequence = Math.Max(HighestSequence, extended);
        Received++;
        return SequenceVerdict.Valid;
    }

    /// <summary>Loss since the last call, for a report block: 8 bits of fixed point (RFC 3550 App. A.3).</summary>
    public byte TakeFractionLost()
    {
        long expected = Expected - _expectedPrior;
        long lost = expected - (Received - _receivedPrior);
        _expectedPrior = Expected;
        _receivedPrior = Received;
        return expected <= 0 || lost <= 0 ? (byte)0 : (byte)Math.Min(255, (lost << 8) / expected);
    }

    private void Begin(ushort sequence)
    {
        _started = true;
        _probation = _minimumSequential;
        _expectedInProbation = sequence;
        if (_probation == 0)
            Restart(sequence, alreadyReceived: 0);
    }

    private SequenceVerdict HandleProbation(ushort sequence)
    {
        bool follows = sequence == _expectedInProbation;
        _expectedInProbation = (ushort)(sequence + 1);
        _probation = follows ? _probation - 1 : _minimumSequential - 1;
        if (_probation > 0)
            return SequenceVerdict.Probation;
        Restart(sequence, alreadyReceived: 1);
        return SequenceVerdict.Valid;
    }

    private SequenceVerdict HandleJump(ushort sequence)
    {
        if (sequence != _suspect)
        {
            _suspect = (ushort)(sequence + 1);
            return SequenceVerdict.Suspect;
        }

        LostBefore += Lost;
        Restart(sequence, alreadyReceived: 1);
        return SequenceVerdict.Restarted;
    }

    private void Restart(ushort sequence, int alreadyReceived)
    {
        _suspect = NoSuspect;
        BaseSequence = sequence;
        HighestSequence = sequence;
        Received = alreadyReceived;
        _expectedPrior = 0;
        _receivedPrior = 0;
    }
}
