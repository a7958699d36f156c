// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;

namespace Earshot.Cli.Loopback;

//  records first:  microphone ─► spoken      then  spoken ─► path ─► speaker, and a copy to played;  microphone ─► overheard
//  live:           microphone ─► spoken ─► path ─► speaker, and a copy to played

/// <summary>What a sound test found.</summary>
/// <param name="Level">Of what the microphone heard.</param>
/// <param name="Correlation">How much what was played is what was recorded, 0 to 1.</param>
/// <param name="DelayMs">Through the path; null when it did not come through.</param>
/// <param name="WasSilent">The microphone heard nothing.</param>
/// <param name="CameBack">The microphone heard the speaker; null when it was not listened for.</param>
internal sealed record LoopbackFindings(LevelAnalysis Level, double Correlation, double? DelayMs, bool WasSilent, bool? CameBack)
{
    /// <summary>What was recorded reached the speaker.</summary>
    public bool HeardAgain => DelayMs is not null;
}

/// <summary>Records what the microphone hears, sends it through a path to the speaker and compares both.</summary>
/// <remarks>Thread: <see cref="Capture"/> and <see cref="Play"/> on the card's threads, real-time: everything is allocated before; the rest on an ordinary one.</remarks>
internal sealed class LoopbackTest : IVoice
{
    private const double Silence = -60;
    private const double Same = 0.5;
    private const int Tail = 24_000; // what is under way in the path when the recording ends
    private readonly SoundPath _path;
    private readonly short[] _spoken;
    private readonly short[] _played;
    private readonly short[] _overheard;
    private readonly short[] _silence = new short[VoiceMixer.MaxBlock];
    private int _spokenCount;
    private int _sentCount;
    private int _playedCount;
    private int _overheardCount;

    public LoopbackTest(SoundPath path, TimeSpan time, bool live)
    {
        (_path, IsLive) = (path, live);
        _spoken = new short[(int)(time.TotalSeconds * 48_000)];
        _played = new short[_spoken.Length + Tail];
        _overheard = new short[_played.Length];
    }

    /// <summary>Sound is passed straight on.</summary>
    public bool IsLive { get; }

    /// <summary>All was recorded and played.</summary>
    public bool IsDone => Volatile.Read(ref _playedCount) == _played.Length;

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        var wasRecording = _spokenCount < _spoken.Length;
        if (wasRecording)
            Volatile.Write(ref _spokenCount, _spokenCount + Append(block, _spoken, _spokenCount));
        if (IsLive)
        {
            _path.Capture(block, capturedAt);
            return;
        }

        if (wasRecording)
            return;
        _overheardCount += Append(block, _overheard, _overheardCount);
        var left = _spoken.AsSpan(_sentCount, Math.Min(block.Length, _spoken.Length - _sentCount));
        _sentCount += left.Length;
        // The path is fed for as long as it is listened to: silence pushes the last frame out.
        _path.Capture(left.Length == block.Length ? left : _silence.AsSpan(0, block.Length), capturedAt);
    }

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        if (!IsLive && Volatile.Read(ref _spokenCount) < _spoken.Length)
        {
            block.Clear();
            return;
        }

        _path.Play(block, playsAt);
        Volatile.Write(ref _playedCount, _playedCount + Append(block, _played, _playedCount));
    }

    /// <summary>Compares once all is done.</summary>
    public LoopbackFindings Judge()
    {
        var level = LevelAnalysis.Of(_spoken);
        var silent = level.PeakDbfs < Silence;
        if (silent)
            return new LoopbackFindings(level, 0, null, true, null);
        var match = SpeechCorrelation.Compare(_spoken, _played);
        var came = IsLive ? (bool?)null : SpeechCorrelation.Compare(_spoken, _overheard).Correlation >= Same;
        return new LoopbackFindings(level, match.Correlation, match.Correlation >= Same ? Math.Max(0, match.LagMs) : null, false, came);
    }

    private static int Append(ReadOnlySpan<short> block, short[] to, int at)
    {
        var count = Math.Min(block.Length, to.Length - at);
        block[..count].CopyTo(to.AsSpan(at));
        return count;
    }
}
