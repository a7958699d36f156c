// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

/// <summary>A sound card that says what it is told and keeps what it hears, driven by the call's worker.</summary>
internal sealed class TestEnd(IVoice voice, short[] says, Instant start, int blockSamples = 480) : IClockedEnd
{
    private readonly short[] _heard = new short[48000 * 10];
    private readonly short[] _block = new short[blockSamples];
    private readonly TimeSpan _blockTime = TimeSpan.FromTicks(blockSamples * TimeSpan.TicksPerSecond / 48000);
    private Instant _next = start;
    private int _position;

    /// <summary>All that was played so far.</summary>
    public ReadOnlySpan<short> Heard => _heard.AsSpan(0, Volatile.Read(ref _position));

    public Instant PollTimeout() => _position + blockSamples <= _heard.Length ? _next : Instant.Never;

    public void HandleTimeout(Instant now)
    {
        while (_next <= now && _position + blockSamples <= _heard.Length)
        {
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
