// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;

namespace Earshot.Tests;

public sealed class RingbackTests
{
    private readonly List<IVoice> _card = [];
    private readonly Ringback _ringback;
    private int _attached;

    public RingbackTests() => _ringback = new Ringback(
        voice =>
        {
            _attached++;
            _card.Add(voice);
        },
        voice => Assert.True(_card.Remove(voice)));

    [Fact]
    public void TheFirst180RingsUntilItIsStopped()
    {
        _ringback.HandleRinging(183, earlyMedia: false);
        Assert.Empty(_card);
        _ringback.HandleRinging(180, earlyMedia: false);
        _ringback.HandleRinging(180, earlyMedia: false);
        Assert.Single(_card);
        _ringback.Stop();
        _ringback.Stop();
        Assert.Empty(_card);
        Assert.Equal(1, _attached);
    }

    [Fact]
    public void EarlyMediaSilencesItForGood()
    {
        _ringback.HandleRinging(180, earlyMedia: false);
        _ringback.HandleRinging(183, earlyMedia: true);
        Assert.Empty(_card);
        _ringback.HandleRinging(180, earlyMedia: true); // the call goes on having early media
        Assert.Empty(_card);
    }

    [Theory]
    [InlineData("device", true)]
    [InlineData("device:Headset", true)]
    [InlineData("file:heard.wav", false)]
    [InlineData("null", false)]
    public void OnlyARealSpeakerRings(string speaker, bool rings)
    {
        using var sound = new PhoneSound(new PhoneOptions { Microphone = "silence", Speaker = speaker });
        Assert.Equal(rings, sound.PlaysTones);
    }

    [Fact]
    public void AMeasuredCallIsNotSpoiled()
    {
        using var sound = new PhoneSound(new PhoneOptions { Microphone = "silence", Speaker = "device", Probe = voice => voice });
        Assert.False(sound.PlaysTones);
    }
}
