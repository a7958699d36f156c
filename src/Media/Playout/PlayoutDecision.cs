// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Decides whether to stretch, and by how much.</summary>
/// <remarks>
/// <code>
///   pull T:   front F |··offset··|S = packet first needed at this pull      slack = T − S on the arrival line of the fastest packets
///                     |------ block ------|
/// </code>
/// Slack must hold the target; less of it, and late packets are concealed. It changes in whole blocks: stretching moves the packet's start within its block
/// (which costs or saves delay but no slack) until it passes the block's edge. So what may go is the offset, and whole blocks of slack in excess.
/// A packet of two blocks is then heard slack + half a packet − half a block after it came: with 20 ms packets and 10 ms blocks slack + 5 ms on average.
/// Where packets and blocks do not divide each other the offset wanders and slack is continuous. Thread: playback.
/// </remarks>
internal sealed class PlayoutDecision
{
    /// <summary>Waiting a little longer than proven necessary: wake-ups of the kernel and a line that drifts, 1 ms.</summary>
    public const double MarginMs = 1;

    /// <summary>Sound standing beyond this is played as fast as its pitch allows, in every pull.</summary>
    public const double FastBeyondMs = 200;

    private const double TriggerMs = 0.4;
    private const int HeldPackets = 6;
    private const int SlicePackets = 32;
    private const int MaximumPatience = 16;

    /// <summary>Blocks of 512 or 1024 samples and packets of 20 ms come back to the same phase after 8 or 16 packets.</summary>
    private const int Kept = 16;
    private readonly SlackFloor _floor = new();
    private readonly double[] _slack = new double[Kept];
    private readonly double[] _offset = new double[Kept];
    private readonly double[] _movable = new double[Kept];
    private int _count;
    private int _refused;
    private int _held;
    private int _patience = 1;
    private double _meanSlack;

    /// <summary>A new packet is needed at this pull; of several, the last one.</summary>
    /// <param name="slackMs">How early it would have come.</param>
    /// <param name="offsetMs">Where in the block it begins.</param>
    /// <param name="movableMs">Where the first of them does: so far the block can move before it needs one more.</param>
    /// <param name="targetMs">Slack that there shall be.</param>
    public void Needed(double slackMs, double offsetMs, double movableMs, double targetMs)
    {
        _slack[_count % Kept] = slackMs;
        _offset[_count % Kept] = offsetMs;
        _movable[_count % Kept] = movableMs;
        _count++;
        _meanSlack += (slackMs - _meanSlack) * Math.Max(1.0 / 16, 1.0 / _count);
        _floor.Add(slackMs - targetMs, SlicePackets * _patience);
        _held = Math.Max(0, _held - 1);
    }

    /// <summary>A late packet has just raised the delay: leave it until the target has learnt whether more follow.</summary>
    /// <param name="raisedMs">By so much.</param>
    /// <param name="blockMs">Length of a block.</param>
    public void Hold(double raisedMs, double blockMs)
    {
        Forget();
        Learn(raisedMs, blockMs);
        _held = HeldPackets;
    }

    /// <summary>The line has moved: earlier measures say nothing.</summary>
    public void Forget()
    {
        _count = 0;
        _refused = 0;
        _floor.Reset();
    }

    /// <summary>
    /// The delay had to go up. By a block at most: a phase on the edge, so the last block is given back more slowly from now on, that it does not swing.
    /// By more: the network has changed, and what was learnt of the phase says nothing.
    /// </summary>
    /// <param name="missingMs">By so much.</param>
    /// <param name="blockMs">Length of a block.</param>
    public void Learn(double missingMs, double blockMs) =>
        _patience = missingMs > blockMs + MarginMs ? 1 : Math.Min(2 * _patience, MaximumPatience);

    /// <summary>The sound did not allow what was wanted; the gate opens with time.</summary>
    public void Refused() => _refused++;

    /// <summary>Likeness that stretching needs: strict for comfort, open when much delay stands or it has been refused for long.</summary>
    public float Gate(double wantedMs) => wantedMs > FastBeyondMs ? -1f : wantedMs > 60 || _refused > 100 ? 0.4f : wantedMs > 10 || _refused > 30 ? 0.7f : 0.85f;

    /// <summary>Milliseconds to take out (positive) or to put in (negative); 0: leave it.</summary>
    /// <param name="targetMs">Slack that there shall be.</param>
    /// <param name="blockMs">Length of a block.</param>
    /// <param name="anyPhase">The phase of packets against blocks moves or may move: the worst one must do.</param>
    public double Stretch(double targetMs, double blockMs, bool anyPhase)
    {
        if (_count < 2)
            return 0;
        double stretch = anyPhase ? AtAnyPhase(targetMs, blockMs) : AtThisPhase(targetMs, blockMs);
        return _held > 0 ? Math.Min(0, stretch) : stretch;
    }

    /// <summary>A packet that begins at a block's end is needed a block earlier than one at its start.</summary>
    private double AtAnyPhase(double targetMs, double blockMs)
    {
        double least = double.MaxValue;
        for (int i = 0; i < Math.Min(_count, Kept); i++)
            least = Math.Min(least, _slack[i] + _offset[i]);
        return Continuous(least - blockMs, targetMs + MarginMs, Tolerance(targetMs));
    }

    private static double Tolerance(double targetMs) => 1 + (targetMs / 8);

    private double AtThisPhase(double targetMs, double blockMs)
    {
        int kept = Math.Min(_count, Kept);
        int least = 0;
        double offsetLow = double.MaxValue, offsetHigh = double.MinValue;
        for (int i = 0; i < kept; i++)
        {
            if (_slack[i] < _slack[least])
                least = i;
            offsetLow = Math.Min(offsetLow, _offset[i]);
            offsetHigh = Math.Max(offsetHigh, _offset[i]);
        }
        double low = targetMs + MarginMs;
        double slack = _slack[least];
        return offsetHigh - offsetLow < 0.5
            ? InBlocks(slack, least, low, Tolerance(targetMs), blockMs)
            : Continuous(slack, low, _count < Kept ? double.MaxValue : Tolerance(targetMs));
    }

    /// <remarks>
    /// Too little is seen in the mean: threads that wake up a little early are not late packets. Much too much is seen at once. The last block goes only when slices of packets prove that all of them could do without:
    /// the delay then stands less than a block above what lateness needs, which is the phase of packets against pulls and cannot go.
    /// </remarks>
    private double InBlocks(double slack, int at, double low, double tolerance, double block)
    {
        if (_meanSlack < low - TriggerMs)
            return -(block - _offset[at] + (block * Math.Floor(Math.Max(0, low - _meanSlack) / block)));
        double proven = Math.Floor((_floor.Value - MarginMs - (tolerance - 1)) / block);
        double blocks = Math.Max(proven, Math.Floor((slack - low - tolerance - MarginMs) / block));
        return _movable[at] + (Math.Max(0, blocks) * block);
    }

    private static double Continuous(double slack, double low, double tolerance)
    {
        if (slack < low - TriggerMs)
            return slack - low;
        return slack > low + tolerance + 3 ? slack - low : 0;
    }
}
