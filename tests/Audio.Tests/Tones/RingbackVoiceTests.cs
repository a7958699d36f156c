// SPDX-License-Identifier: MIT
using Earshot.Audio.Tones;

namespace Earshot.Audio.Tests.Tones;

public sealed class RingbackVoiceTests
{
    [Fact]
    public void ASilenceThenASecondOfToneThenSilence()
    {
        var voice = new RingbackVoice();
        var sound = new short[3 * 48000];
        sound.AsSpan().Fill(99);
        for (var at = 0; at < sound.Length; at += 480)
        {
            voice.Capture(sound.AsSpan(0, 480), 0);
            voice.Play(sound.AsSpan(at, 480), 0);
        }

        Assert.All(sound[..RingbackVoice.Lead], s => Assert.Equal(0, s));
        Assert.InRange(sound.AsSpan(RingbackVoice.Lead, 48000).ToArray().Max(s => (int)s), 4000, 6000);
        Assert.All(sound[(RingbackVoice.Lead + 48000 + 480)..], s => Assert.Equal(0, s));
    }

    [Fact]
    public void RingbackDoesNotAllocate()
    {
        var voice = new RingbackVoice();
        var block = new short[480];
        SteadyState.AllocatesNothing(500, () => voice.Play(block, 0));
    }
}
