// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>The voices on a card: hands each the microphone's blocks and mixes what they play.</summary>
/// <remarks>
/// Thread: <see cref="Capture"/> on the capture thread, <see cref="Play"/> on the playback thread, both real-time;
/// <see cref="Add"/> and <see cref="Remove"/> on ordinary threads, under a lock that no real-time thread takes: they replace the
/// array, and a block under way finishes with the old one.
/// </remarks>
internal sealed class VoiceMixer
{
    /// <summary>The longest block.</summary>
    public const int MaxBlock = 960;

    private readonly Lock _changing = new();
    private readonly int[] _sums = new int[MaxBlock];
    private readonly short[] _one = new short[MaxBlock];
    private volatile IVoice[] _voices = [];

    /// <summary>How many voices are on the card.</summary>
    public int Count => _voices.Length;

    /// <summary>True when one of them is more than a tone of ours.</summary>
    public bool HasCalls => _voices.Any(voice => voice is not ITone);

    /// <summary>Adds a voice; it is called from the next block on.</summary>
    public void Add(IVoice voice)
    {
        lock (_changing)
            _voices = [.. _voices, voice];
    }

    /// <summary>Removes a voice; says whether it was there.</summary>
    public bool Remove(IVoice voice)
    {
        lock (_changing)
        {
            var at = Array.IndexOf(_voices, voice);
            if (at < 0)
                return false;
            _voices = [.. _voices[..at], .. _voices[(at + 1)..]];
            return true;
        }
    }

    /// <summary>Hands one block to every voice.</summary>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        foreach (var voice in _voices)
            voice.Capture(block, capturedAt);
    }

    /// <summary>Fills one block with the sum of what the voices play.</summary>
    public void Play(Span<short> block, long playsAt)
    {
        var voices = _voices;
        if (voices.Length == 0)
        {
            block.Clear();
            return;
        }

        voices[0].Play(block, playsAt);
        if (voices.Length > 1)
            Mix(voices, block, playsAt);
    }

    private void Mix(IVoice[] voices, Span<short> block, long playsAt)
    {
        var sums = _sums.AsSpan(0, block.Length);
        var one = _one.AsSpan(0, block.Length);
        sums.Clear();
        BlockMath.Add(block, sums);
        foreach (var voice in voices.AsSpan(1))
        {
            voice.Play(one, playsAt);
            BlockMath.Add(one, sums);
        }

        BlockMath.Saturate(sums, block);
    }
}
