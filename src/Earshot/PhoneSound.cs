// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;
using Earshot.Audio.Files;
using Earshot.Media;

namespace Earshot;

/// <summary>The phone's one sound card: opened with the first call or before, closed with the phone; calls come and go on it.</summary>
/// <remarks>Thread: any; a lock guards opening. The card's own threads never take it.</remarks>
internal sealed class PhoneSound : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AudioEnd _microphone;
    private readonly AudioEnd _speaker;
    private readonly AudioStreamRequest _request;
    private readonly string? _recordFile;
    private readonly Func<IVoice, IVoice>? _probe;
    private readonly Dictionary<MediaSession, IVoice> _voices = [];
    private SoundCardEnd? _card;
    private Task? _closing;
    private int _holds;
    private readonly bool _hasCard;
    private readonly KeptSpeakerFile? _speakerFile;
    private CallRecorder? _recorder;
    private bool _disposed;

    /// <param name="options">The phone's.</param>
    /// <param name="microphone">In the place of the one that the options name; a real card.</param>
    /// <exception cref="ArgumentException">A microphone or speaker is not named as it has to be; one line.</exception>
    public PhoneSound(PhoneOptions options, AudioEnd? microphone = null)
    {
        _microphone = microphone ?? AudioEnds.ParseSource(options.Microphone, out var wrong) ?? throw new ArgumentException(wrong);
        _speaker = AudioEnds.ParseSink(options.Speaker, out wrong) ?? throw new ArgumentException(wrong);
        _hasCard = microphone is not null || _microphone.Backend == AudioEnds.Cards || _speaker.Backend == AudioEnds.Cards;
        if (_speaker.Backend == AudioEnds.Files) _speaker = new AudioEnd(_speakerFile = new KeptSpeakerFile(_speaker.Device!), null);
        _request = new AudioStreamRequest((int)(options.Block.TotalSeconds * 48000));
        _recordFile = options.RecordFile;
        _probe = options.Probe;
    }

    /// <summary>A card was lost or came back. On an ordinary thread.</summary>
    public event Action<PhoneNotice>? Notice;

    /// <summary>Under- and overruns of the card that is open; 0 when none is.</summary>
    public long Xruns
    {
        get { lock (_lock) return _card?.Xruns ?? 0; }
    }

    /// <summary>How many want the card now; for tests.</summary>
    internal int Holds
    {
        get
        {
            lock (_lock) return _holds;
        }
    }

    /// <summary>A call, or the phone itself, wants the card: it is opened and started unless it is open, and stays so until as many <see cref="Release"/>s.</summary>
    /// <remarks>May take seconds on a slow device: not for the signalling loop.</remarks>
    /// <exception cref="AudioDeviceException">It cannot be used; one line. Nothing is held then.</exception>
    /// <exception cref="ObjectDisposedException">The phone is closed.</exception>
    public void Hold()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(Phone));
            Open();
            _holds++;
        }
    }

    /// <summary>A call wants the card no more. With the last one a real card is closed: no microphone stays open for nothing. A speaker's file stays, so that the next call adds to it; a microphone's begins anew with each.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holds > 0 || _card is not { } card || !_hasCard) return;
            _card = null;
            _closing = Task.Run(card.Dispose); // a device that hangs takes seconds, and the signalling loop has none
        }
    }

    /// <summary>From now on the call is heard and speaks. The card is opened if it is not; a card that fails tells so and the call goes on without sound.</summary>
    public void Attach(MediaSession session)
    {
        lock (_lock)
        {
            if (_disposed) return;
            try
            {
                Open();
            }
            catch (AudioDeviceException wrong)
            {
                Notice?.Invoke(new PhoneNotice("device-lost", wrong.Message));
                return;
            }

            if (_card!.Playback.Format.Latency is { } latency) session.PlaybackLatency = latency;
            _card.Tap = _recorder;
            _card.Attach(_voices[session] = _probe?.Invoke(session) ?? session);
        }
    }

    /// <summary>The call is over for the card; when this returns it is not called any more.</summary>
    public void Detach(MediaSession session)
    {
        lock (_lock)
        {
            if (_card is null || !_voices.Remove(session, out var voice)) return;
            _card.Detach(voice);
            if (_voices.Count == 0) _card.Tap = null; // nothing is recorded between calls
        }
    }

    /// <summary>True when a person may be listening: tones of our own would only spoil files and measurements.</summary>
    public bool PlaysTones => _speaker.Backend == AudioEnds.Cards && _probe is null;

    /// <summary>A tone is heard beside the calls, if <see cref="PlaysTones"/> and the card is open.</summary>
    public void AttachTone(IVoice tone)
    {
        lock (_lock)
        {
            if (PlaysTones) _card?.Attach(tone);
        }
    }

    /// <summary>The tone is not heard any more.</summary>
    public void DetachTone(IVoice tone)
    {
        lock (_lock) _card?.Detach(tone);
    }

    public void Dispose()
    {
        SoundCardEnd? card;
        CallRecorder? recorder;
        Task? closing;
        lock (_lock)
        {
            _disposed = true;
            (card, _card) = (_card, null);
            (recorder, _recorder) = (_recorder, null);
            closing = _closing;
        }

        // Outside the lock: a card waits for its watchdog, and whoever hears the watchdog's notice may want the lock.
        card?.Dispose();
        Await(closing); // the last call's, which may still write
        recorder?.Dispose();
        _speakerFile?.Dispose();
    }

    // Whatever its end was: a card that failed to close is closed for us.
    private static void Await(Task? closing)
    {
        if (closing is not null) Task.WaitAny([closing], TimeSpan.FromSeconds(5));
    }

    private void Open()
    {
        if (_card is not null) return;
        Await(_closing); // a device takes one opener at a time
        if (_recordFile is not null) _recorder ??= new CallRecorder(_recordFile, why =>
            Notice?.Invoke(new PhoneNotice("recording-stopped", $"the recording stopped ({why}); the call goes on without it")));
        var card = new SoundCardEnd(_microphone, _speaker, _request);
        card.Noticed += Tell;
        try
        {
            card.Start();
        }
        catch
        {
            card.Dispose();
            throw;
        }

        _card = card;
    }

    private void Tell(CardNotice notice) =>
        Notice?.Invoke(new PhoneNotice(notice.Code, notice.Message));
}
