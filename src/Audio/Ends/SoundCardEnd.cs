// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;

namespace Earshot.Audio.Ends;

//  microphone ─► CapturePort ─┐ epoch                          ┌─► voice 1 (a call)
//  null end ──► CapturePort ──┴─► gain, mute, meter, tap ► VoiceMixer ► voice 2
//                                                              └─► …
//  speaker ◄── PlaybackPort ─┐ epoch
//  null end ◄─ PlaybackPort ─┴── tap ◄ meter ◄── gain ◄── VoiceMixer ◄── saturating sum of the voices
//
//  watchdog, every 15 ms, or when a clocked end stops: a side that stopped calling goes to its null end, and back when it calls again

/// <summary>The sound card of an engine: captured once for all calls, played as the mix of all calls.</summary>
/// <remarks>
/// Thread: <see cref="OnCaptured"/> and <see cref="OnPlayback"/> on the device's threads, real-time: no allocation, lock or system call.
/// The rest on ordinary threads; <see cref="Noticed"/> is raised on the watchdog's.
/// </remarks>
internal sealed class SoundCardEnd : ICaptureSink, IPlaybackSource, IDisposable
{
    // With CardSide's patience of 60 ms and the longest block the stand-in's first block comes within 100 ms. Clocked ends stop only by a fault,
    // of which they tell: twenty looks a second at two of them took 3 % of what a whole call costs.
    private const int CheckCardsEveryMs = 15;
    private const int CheckClocksEveryMs = 1000;
    private readonly VoiceMixer _voices = new();
    private readonly CardSide _captureSide = new(isCapture: true);
    private readonly CardSide _playbackSide = new(isCapture: false);
    private readonly short[] _captured = new short[VoiceMixer.MaxBlock];
    private readonly BlockMeter _captureMeter = new();
    private readonly BlockMeter _playbackMeter = new();
    private readonly AudioStreamRequest _request;
    private readonly AudioEnd _standIn = new(AudioEnds.Null, null);
    private volatile ISoundTap? _tap;
    private readonly AutoResetEvent _look = new(false);
    private Thread? _watchdog;
    private volatile bool _stopping;

    /// <summary>Opens a microphone and a speaker; they are stopped until <see cref="Start"/>.</summary>
    /// <exception cref="AudioDeviceException">One of them cannot be used; one line.</exception>
    public SoundCardEnd(AudioEnd source, AudioEnd sink, AudioStreamRequest request)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sink);
        _request = request;
        Capture = source.OpenCapture(request, new CapturePort(_captureSide.Gate, 0, this));
        try
        {
            Playback = sink.OpenPlayback(request, new PlaybackPort(_playbackSide.Gate, 0, this));
        }
        catch
        {
            Capture.Dispose();
            throw;
        }

        if (Capture is ClockedStream capture && Playback is ClockedStream playback)
        {
            ClockedStream.ShareClock(capture, playback);
            capture.Left = playback.Left = () => _look.Set();
        }

        TellFiles();
    }

    /// <summary>A card was lost or came back. Raised on an ordinary thread.</summary>
    public event Action<CardNotice>? Noticed;

    /// <summary>The microphone that was opened, for its name, format and xruns.</summary>
    public ICaptureStream Capture { get; }

    /// <summary>The speaker that was opened, for its name, format and xruns.</summary>
    public IPlaybackStream Playback { get; }

    /// <summary>True once a file that is played once has been heard to its end.</summary>
    public bool SourceEnded => Capture is IFiniteSource { HasEnded: true };

    /// <summary>Gets a copy of what is said and of the mix that is heard; null for nobody.</summary>
    /// <remarks>A block may still be on its way to the old one when it is replaced.</remarks>
    public ISoundTap? Tap
    {
        get => _tap;
        set => _tap = value;
    }

    /// <summary>The voices hear silence instead of the microphone.</summary>
    public bool IsMuted { get; set; }

    /// <summary>Factor on what the microphone hears, 1 by default.</summary>
    public float CaptureGain { get; set; } = 1;

    /// <summary>Factor on what the speaker plays, 1 by default.</summary>
    public float PlaybackGain { get; set; } = 1;

    /// <summary>What the microphone hears, also while muted.</summary>
    public AudioLevel CaptureLevel => _captureMeter.Level;

    /// <summary>What the speaker plays.</summary>
    public AudioLevel PlaybackLevel => _playbackMeter.Level;

    /// <summary>True while a null end stands in for the microphone.</summary>
    public bool IsCaptureLost => _captureSide.IsLost;

    /// <summary>True while a null end stands in for the speaker.</summary>
    public bool IsPlaybackLost => _playbackSide.IsLost;

    /// <summary>Under- and overruns of both directions.</summary>
    public long Xruns => Capture.Xruns + Playback.Xruns;

    /// <summary>What the watchdog met first that it should not: a listener of <see cref="Noticed"/> threw, or looking at a card did; a defect. Null while all is well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How many voices are attached.</summary>
    public int VoiceCount => _voices.Count;

    /// <summary>Starts both directions and the watchdog.</summary>
    /// <exception cref="AudioDeviceException">The device refused.</exception>
    public void Start()
    {
        StartStreams(MonotonicClock.Now);
        _watchdog = new Thread(Watch) { IsBackground = true, Name = "card watchdog" };
        _watchdog.Start();
    }

    /// <summary>Adds a call; it is served from the next block on.</summary>
    public void Attach(IVoice voice)
    {
        _voices.Add(voice);
        TellFiles();
    }

    /// <summary>Removes a call. When this returns, the voice is not being called and never will be again.</summary>
    public void Detach(IVoice voice)
    {
        if (!_voices.Remove(voice))
            return;
        _captureSide.Gate.WaitForPass();
        _playbackSide.Gate.WaitForPass();
        TellFiles();
    }

    /// <inheritdoc/>
    public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
    {
        var own = _captured.AsSpan(0, block.Length);
        block.CopyTo(own);
        if (CaptureGain != 1)
            BlockMath.Scale(own, CaptureGain);
        _captureMeter.Measure(own);
        if (IsMuted)
            own.Clear();
        _tap?.Said(own, capturedAt);
        _voices.Capture(own, capturedAt);
    }

    /// <inheritdoc/>
    public void OnPlayback(Span<short> block, long playsAt)
    {
        _voices.Play(block, playsAt);
        if (PlaybackGain != 1)
            BlockMath.Scale(block, PlaybackGain);
        _playbackMeter.Measure(block);
        _tap?.Heard(block, playsAt);
    }

    /// <summary>Stops everything; within a few seconds even when a device hangs.</summary>
    public void Dispose()
    {
        _stopping = true;
        _look.Set();
        if (_watchdog is { } watchdog && watchdog != Thread.CurrentThread) watchdog.Join(TimeSpan.FromSeconds(2));
        _captureSide.Stop();
        _playbackSide.Stop();
        // A side that was never started holds no stream yet.
        Capture.Dispose();
        Playback.Dispose();
    }

    /// <summary>Starts the streams without the watchdog; tests tell the time through <see cref="CheckCards"/>.</summary>
    internal void StartStreams(long now)
    {
        _playbackSide.Start(Playback, OpenPlaybackStandIn, now);
        _captureSide.Start(Capture, OpenCaptureStandIn, now);
    }

    /// <summary>One look of the watchdog. It throws nothing: the thread above it would end the process.</summary>
    internal void CheckCards(long now)
    {
        CheckSide(_playbackSide, now);
        CheckSide(_captureSide, now);
    }

    // Each by itself: a stand-in that cannot be opened must not cost the other side its own.
    private void CheckSide(CardSide side, long now)
    {
        try
        {
            Tell(side.Check(now));
            Tell(side.CheckDefects(now));
        }
        catch (Exception defect)
        {
            Failed(defect, side == _captureSide, now);
        }
    }

    // Told once; the next look, with the same defect in it, is only milliseconds away.
    private void Failed(Exception defect, bool isCapture, long now)
    {
        if (Failure is not null)
            return;
        Failure = defect;
        Tell(new CardNotice(CardEvent.Failed, isCapture, isCapture ? Capture.DeviceName : Playback.DeviceName, now,
            $"a defect in the watch over the sound card ({defect.Message.ReplaceLineEndings(" ")}); please report it"));
    }

    // A file says nothing, and keeps nothing, while nobody calls.
    private void TellFiles()
    {
        var wanted = _voices.HasCalls;
        if (Capture is ClockedStream capture) capture.IsWanted = wanted;
        if (Playback is ClockedStream playback) playback.IsWanted = wanted;
    }

    private void Tell(CardNotice? notice)
    {
        if (notice is null)
            return;
        foreach (var listener in Delegate.EnumerateInvocationList(Noticed))
        {
            try
            {
                listener(notice);
            }
            catch (Exception defect)
            {
                Failure ??= defect; // a listener's; the others are told all the same
            }
        }
    }

    private IAudioStream OpenPlaybackStandIn() =>
        _standIn.OpenPlayback(_request, new PlaybackPort(_playbackSide.Gate, _playbackSide.StandInEpoch, this));

    private IAudioStream OpenCaptureStandIn() =>
        _standIn.OpenCapture(_request, new CapturePort(_captureSide.Gate, _captureSide.StandInEpoch, this));

    private void Watch()
    {
        var pause = Capture is ClockedStream && Playback is ClockedStream ? CheckClocksEveryMs : CheckCardsEveryMs;
        while (!_stopping)
        {
            CheckCards(MonotonicClock.Now);
            _look.WaitOne(pause);
        }
    }
}
