// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

/// <summary>A sound card that says what it is told and keeps what it hears, driven by the call's worker.</summary>
internal sealed class TestEnd(IVoice voice, short[] says, Instant start, int blockSamples = 480) : IClockedEnd
{
    // Who waits for a sound waits for a minute.
    private const int Longest = 48000 * 80;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(200);

    private short[] _heard = new short[48000 * 10];
    private readonly short[] _block = new short[blockSamples];
    private readonly TimeSpan _blockTime = TimeSpan.FromTicks(blockSamples * TimeSpan.TicksPerSecond / 48000);
    private Instant _next = start;
    private int _position;

    /// <summary>All that was played so far.</summary>
    public ReadOnlySpan<short> Heard
    {
        get
        {
            int length = Volatile.Read(ref _position);
            return Volatile.Read(ref _heard).AsSpan(0, length);
        }
    }

    public Instant PollTimeout() => _position + blockSamples <= Longest ? _next : Instant.Never;

    public void HandleTimeout(Instant now)
    {
        // A sound card does not ask for what is long past: a machine that is too slow for its calls would never catch up.
        if (now - _next > LongestDelay)
            _next = now;
        while (_next <= now && _position + blockSamples <= Longest)
        {
            if (_position + blockSamples > _heard.Length)
                Volatile.Write(ref _heard, [.. _heard, .. new short[_heard.Length]]);
            voice.Play(_block, _next.Nanoseconds);
            _block.CopyTo(_heard.AsSpan(_position));
            for (int i = 0; i < blockSamples; i++)
                _block[i] = says[(_position + i) % says.Length];
            voice.Capture(_block, _next.Nanoseconds);
            Volatile.Write(ref _position, _position + blockSamples);
            _next += _blockTime;
        }
    }
}
