// SPDX-License-Identifier: MIT
using Earshot.Cli.Loopback;

namespace Earshot.Cli.Tests;

/// <summary>What the sound test says came back, and who is asked.</summary>
public sealed class LoopbackTests
{
    private const int Block = 480;

    [Fact]
    public void WithAFileOrNullEndTheEndOfThePathIsAsked()
    {
        var found = Run(Voice(), live: false, bothCards: false, air: null);
        Assert.True(found.HeardAgain);
        Assert.Equal(LoopbackWitness.Path, found.Witness);
    }

    [Fact]
    public void BetweenTwoCardsTheMicrophoneIsAsked()
    {
        var found = Run(Voice(), live: false, bothCards: true, air: 4);
        Assert.True(found.HeardAgain);
        Assert.Equal(LoopbackWitness.Microphone, found.Witness);
        Assert.InRange(found.DelayMs!.Value, 40, 60); // four blocks of air, and the block under way
    }

    [Fact]
    public void ASpeakerThatNobodyHearsIsNotHeardAgain()
    {
        var found = Run(Voice(), live: false, bothCards: true, air: null);
        Assert.False(found.HeardAgain);
        Assert.True(found.CameThrough);
        Assert.False(found.WasSilent);
    }

    [Fact]
    public void ASilentMicrophoneIsNotHeardAgain()
    {
        var found = Run(new short[48_000], live: false, bothCards: false, air: null);
        Assert.True(found.WasSilent);
        Assert.False(found.HeardAgain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheDelayOfAToneIsThatOfItsBeginning(bool live)
    {
        var tone = new short[48_000];
        for (var i = 0; i < tone.Length; i++) tone[i] = (short)(8000 * Math.Sin(2 * Math.PI * 440 * i / 48_000));
        var found = Run(tone, live, bothCards: false, air: null);
        Assert.InRange(found.DelayMs!.Value, 0, 10);
    }

    /// <summary>Blocks in lockstep; with <paramref name="air"/> the microphone hears the speaker so many blocks later.</summary>
    private static LoopbackFindings Run(short[] sound, bool live, bool bothCards, int? air)
    {
        using var path = SoundPath.Create("devices");
        var test = new LoopbackTest(path, TimeSpan.FromSeconds(1), live, bothCards);
        var played = new List<short[]>();
        for (var n = 0; !test.IsDone; n++)
        {
            var heard = new short[Block];
            if (air is { } blocks && n >= blocks) played[n - blocks].CopyTo(heard, 0);
            if ((n + 1) * Block <= sound.Length || live)
                sound.AsSpan(n * Block % sound.Length, Block).CopyTo(heard);
            test.Capture(heard, 0);
            played.Add(new short[Block]);
            test.Play(played[n], 0);
        }

        return test.Judge();
    }

    // Noise in the band of speech, louder and softer.
    private static short[] Voice()
    {
        var random = new Random(7);
        var voice = new short[48_000];
        var low = 0.0;
        for (var i = 0; i < voice.Length; i++)
        {
            low += 0.1 * (((random.NextDouble() - 0.5) * 20_000) - low);
            voice[i] = (short)(low * (1.2 + Math.Sin(i / 4000.0)));
        }

        return voice;
    }
}
