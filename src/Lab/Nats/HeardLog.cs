// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Lab.Nats;

/// <summary>What an ear was given, 10 ms at a time: the other's sound as it was sent, or anything else.</summary>
/// <remarks>Made-up sound counts as silence: the words are missing. Thread: its network's.</remarks>
internal sealed class HeardLog
{
    private readonly List<(Instant At, bool IsSound)> _blocks = [];

    /// <summary>Blocks so far.</summary>
    public int Blocks => _blocks.Count;

    /// <summary>When the other was first heard; never if not.</summary>
    public Instant FirstAt { get; private set; } = Instant.Never;

    /// <summary>One more block.</summary>
    public void Add(Instant at, PlayedKind kind)
    {
        bool isSound = kind is not (PlayedKind.Silence or PlayedKind.Concealed);
        if (isSound)
            FirstAt = Instant.Min(FirstAt, at);
        _blocks.Add((at, isSound));
    }

    /// <summary>The longest silence from then on, the one that lasts included.</summary>
    public TimeSpan LongestSilence(Instant from)
    {
        var (longest, run) = (0, 0);
        foreach (var (at, isSound) in _blocks)
        {
            if (at < from)
                continue;
            run = isSound ? 0 : run + 1;
            longest = Math.Max(longest, run);
        }

        return TimeSpan.FromMilliseconds(10 * longest);
    }

    /// <summary>When the other is heard again: the first sound behind the first silence of at least 30 ms from then on; never if it goes on.</summary>
    public Instant HeardAgain(Instant from)
    {
        int run = 0;
        foreach (var (at, isSound) in _blocks)
        {
            if (at < from)
                continue;
            if (isSound && run >= 3)
                return at;
            run = isSound ? 0 : run + 1;
        }

        return Instant.Never;
    }
}

/// <summary>A steady sound, so that every block that is not heard is missing.</summary>
internal static class Tone
{
    /// <summary>Fills a block.</summary>
    public static void Fill(Span<short> block, long at)
    {
        for (int i = 0; i < block.Length; i++)
            block[i] = (short)(8000 * Math.Sin((at + i) * 2 * Math.PI * 440 / 48000));
    }
}
