// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;

namespace Earshot.Cli.Loopback;

//  records first:  microphone ─► spoken      then  spoken ─► path ─► speaker, and a copy to played;  microphone ─► overheard
//  live:           microphone ─► spoken ─► path ─► speaker, and a copy to played

/// <summary>Who said whether the recording came back.</summary>
internal enum LoopbackWitness
{
    /// <summary>The path's end, just before the speaker: with a file or null end, or live, there is nobody else.</summary>
    Path,

    /// <summary>The microphone: both ends are sound cards, so what the speaker plays should be heard.</summary>
    Microphone,
}

/// <summary>What a sound test found.</summary>
/// <param name="Level">Of what the microphone heard.</param>
/// <param name="Correlation">How much what came back is what was recorded, 0 to 1.</param>
/// <param name="DelayMs">From the path's entry to the witness; null when nothing came back.</param>
/// <param name="WasSilent">The microphone heard nothing to send round.</param>
/// <param name="CameThrough">The recording came out of the path; whether a speaker made it sound is another question.</param>
/// <param name="Witness">Who was asked.</param>
internal sealed record LoopbackFindings(
    LevelAnalysis Level, double Correlation, double? DelayMs, bool WasSilent, bool CameThrough, LoopbackWitness Witness)
{
    /// <summary>What was recorded came back.</summary>
    public bool HeardAgain => DelayMs is not null;
}

/// <summary>Records what the microphone hears, sends it through a path to the speaker and compares both.</summary>
/// <remarks>Thread: <see cref="Capture"/> and <see cref="Play"/> on the card's threads, real-time: everything is allocated before; the rest on an ordinary one.</remarks>
internal sealed class LoopbackTest : IVoice
{
    private const double Silence = -60;
    private const double SameSound = 0.5;
    private const double SameSoundInARoom = 0.4; // echoes of the walls blur it; other speech stays below
    private const int Tail = 24_000; // what is under way in the path when the recording ends
    private readonly SoundPath _path;
    private readonly LoopbackWitness _witness;
    private readonly short[] _spoken;
    private readonly short[] _played;
    private readonly short[] _overheard;
    private readonly short[] _silence = new short[VoiceMixer.MaxBlock];
    private int _spokenCount;
    private int _sentCount;
    private int _playedCount;
    private int _overheardCount;

    /// <param name="path">What the sound passes.</param>
    /// <param name="time">How long is recorded, or passed on.</param>
    /// <param name="live">Sound is passed straight on.</param>
    /// <param name="bothCards">Microphone and speaker are sound cards.</param>
    public LoopbackTest(SoundPath path, TimeSpan time, bool live, bool bothCards)
    {
        (_path, IsLive) = (path, live);
        _witness = bothCards && !live ? LoopbackWitness.Microphone : LoopbackWitness.Path;
        _spoken = new short[(int)(time.TotalSeconds * 48_000)];
        _played = new short[_spoken.Length + Tail];
        _overheard = new short[_played.Length];
    }

    /// <summary>Sound is passed straight on.</summary>
    public bool IsLive { get; }

    /// <summary>All was recorded; unless live, it is being played.</summary>
    public bool IsRecorded => Volatile.Read(ref _spokenCount) == _spoken.Length;

    /// <summary>All was recorded and played.</summary>
    public bool IsDone => Volatile.Read(ref _playedCount) == _played.Length;

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        var wasRecording = _spokenCount < _spoken.Length;
        if (wasRecording)
        {
            var recorded = Append(block, _spoken, _spokenCount);
            Volatile.Write(ref _spokenCount, _spokenCount + recorded);
            if (IsLive) Send(block[..recorded], block.Length, capturedAt);
            return;
        }

        if (IsLive)
        {
            Send([], block.Length, capturedAt);
            return;
        }

        _overheardCount += Append(block, _overheard, _overheardCount);
        var left = _spoken.AsSpan(_sentCount, Math.Min(block.Length, _spoken.Length - _sentCount));
        _sentCount += left.Length;
        Send(left, block.Length, capturedAt);
    }

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        if (!IsLive && !IsRecorded)
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
        if (level.PeakDbfs < Silence)
            return new LoopbackFindings(level, 0, null, true, false, _witness);
        var through = SpeechCorrelation.Compare(_spoken, _played);
        var cameThrough = through.Correlation >= SameSound;
        var (back, enough) = _witness == LoopbackWitness.Microphone
            ? (SpeechCorrelation.Compare(_spoken, _overheard), SameSoundInARoom)
            : (through, SameSound);
        return new LoopbackFindings(level, back.Correlation, back.Correlation >= enough ? Math.Max(0, back.LagMs) : null, false, cameThrough, _witness);
    }

    // The path is fed for as long as it is listened to: silence pushes the last frame out. What is sent is what was recorded, no sample
    // more: of a tone, only its beginning and end tell the delay.
    private void Send(ReadOnlySpan<short> sound, int length, long capturedAt)
    {
        if (!sound.IsEmpty) _path.Capture(sound, capturedAt);
        if (sound.Length < length) _path.Capture(_silence.AsSpan(0, length - sound.Length), capturedAt);
    }

    private static int Append(ReadOnlySpan<short> block, short[] to, int at)
    {
        var count = Math.Min(block.Length, to.Length - at);
        block[..count].CopyTo(to.AsSpan(at));
        return count;
    }
}
