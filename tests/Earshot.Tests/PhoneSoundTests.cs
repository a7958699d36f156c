// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Media;
using Earshot.Signaling;

namespace Earshot.Tests;

/// <summary>The phone's sound between calls and after its end.</summary>
public sealed class PhoneSoundTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"earshot-{Guid.NewGuid():N}.wav");
    private readonly MediaEngine _engine = new(new MediaEngineOptions { Random = new SystemRandom() });

    [Fact]
    public void SoundThatIsClosedOpensNoMore()
    {
        var sound = new PhoneSound(new PhoneOptions { Microphone = "silence", Speaker = "file:" + _file });
        sound.Dispose();
        Assert.Throws<ObjectDisposedException>(sound.Hold);
        using var session = _engine.CreateSession(new MediaSessionOptions());
        sound.Attach(session);
        sound.Detach(session);
        Assert.False(File.Exists(_file));
        Assert.Equal(0, sound.Holds);
    }

    [Fact]
    public async Task AFileBesideARealMicrophoneKeepsEveryCall()
    {
        var microphone = new FakeMicrophone();
        using (var sound = new PhoneSound(new PhoneOptions { Speaker = "file:" + _file }, new AudioEnd(microphone, null)))
        {
            var afterFirst = await CallAsync(sound, 44);
            await microphone.ClosedAsync(1); // with the last call a card is closed
            Assert.True(await CallAsync(sound, afterFirst) > afterFirst);
            await microphone.ClosedAsync(2);
        }

        using var mine = new FileStream(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // nobody holds it
    }

    public void Dispose()
    {
        _engine.Dispose();
        File.Delete(_file);
    }

    // Until something more was kept; how long the file is then.
    private async Task<long> CallAsync(PhoneSound sound, long before)
    {
        using var session = _engine.CreateSession(new MediaSessionOptions());
        sound.Hold();
        Assert.InRange(new FileInfo(_file).Length, before, long.MaxValue); // what was kept is still there
        sound.Attach(session);
        for (var i = 0; i < 1000 && new FileInfo(_file).Length < before + 4800; i++) await Task.Delay(10);
        sound.Detach(session);
        sound.Release();
        return new FileInfo(_file).Length;
    }

    private sealed class FakeMicrophone : IAudioBackend
    {
        private int _closed;

        public string Name => "fake";

        public async Task ClosedAsync(int times)
        {
            for (var i = 0; i < 1000 && Volatile.Read(ref _closed) < times; i++) await Task.Delay(10);
            Assert.Equal(times, Volatile.Read(ref _closed));
        }

        public IReadOnlyList<AudioDevice> ListDevices() => [];

        public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink) => new Stream(() => Interlocked.Increment(ref _closed));

        public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source) => throw new NotSupportedException();

        private sealed class Stream(Action closed) : ICaptureStream
        {
            private int _disposed;

            public string DeviceName => "fake";

            public AudioStreamFormat Format => new(48_000, 1, 480, null, null);

            public bool IsRunning { get; private set; }

            public long Xruns => 0;

            public long LastCallbackAt => 0;

            public void Start() => IsRunning = true;

            public void Stop() => IsRunning = false;

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _disposed, 1) == 0) closed();
            }
        }
    }
}
