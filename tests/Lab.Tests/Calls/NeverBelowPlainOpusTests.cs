// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;

namespace Earshot.Lab.Tests.Calls;

/// <summary>What the playout does for delay may not cost what the bare codec would have kept: the calls of the standard grid that come nearest to it.</summary>
public sealed class NeverBelowPlainOpusTests
{
    [Theory]
    [InlineData("speech_en_librivox", 3)]
    [InlineData("speech_en_librivox", 5)]
    public void RoomOfTheBeginIsNotGivenBackWhilePacketsAreLost(string voice, ulong seed)
    {
        var way = LabResult.Of(new LabScenario
        {
            Voice = LabVoice.Open(voice),
            Seed = seed,
            Duration = TimeSpan.FromSeconds(20),
            Link = new() { Delay = TimeSpan.Zero, Loss = 0.03 },
            Compared = true,
        }, TestContext.Current.CancellationToken).There;
        Assert.True(way.Scores.Speech!.Estoi >= way.Scores.Plain!.Concealed.Estoi, $"{way.Scores.Speech.Estoi:F4}, plain Opus {way.Scores.Plain.Concealed.Estoi:F4}");
    }
}
