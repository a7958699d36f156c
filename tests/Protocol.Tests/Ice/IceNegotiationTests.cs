// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>What offers and answers say of ICE, and what they come to.</summary>
public sealed class IceNegotiationTests
{
    private static readonly IceDescription Theirs = new() { Credentials = new("their", new string('t', 24)) };
    private static readonly IceReading Without = new(IceReadingKind.None);

    private readonly IceNegotiation _ours = new(() => new() { Credentials = new("ours", new string('o', 24)) }, new SeededRandom(1));

    [Fact]
    public void ThePhoneThatAnswersLastDecidesWhetherThereIsIce()
    {
        Assert.NotEmpty(_ours.CreateOffer());
        Assert.Null(_ours.HandleAnswer(Without));
        var agreed = _ours.HandleAnswer(new(IceReadingKind.Ice, Theirs));
        Assert.Equal(("ours", "their"), (agreed!.Local.Ufrag, agreed.Remote.Credentials.Ufrag));
        Assert.False(_ours.IsOff);
        Assert.NotEmpty(_ours.CreateOffer());
    }

    [Fact]
    public void WhereTheLastAnswerHasNoneNoOfferSpeaksOfItAgain()
    {
        _ours.CreateOffer();
        Assert.NotNull(_ours.HandleAnswer(new(IceReadingKind.Ice, Theirs)));
        Assert.Null(_ours.HandleAnswer(Without));
        Assert.Empty(_ours.CreateOffer());
        Assert.Null(_ours.HandleAnswer(new(IceReadingKind.Ice, Theirs))); // not offered, not agreed
        Assert.True(_ours.IsOff);
    }
}
