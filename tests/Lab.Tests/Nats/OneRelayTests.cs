// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Lab.Nats;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Whether a relay on one side is enough, as the hint of <see cref="CallEnds.NoPath"/> says to a person.</summary>
public sealed class OneRelayTests
{
    [Theory]
    [InlineData("turn", "", "symmetric", false)] // the relay lets nobody in whose address it was not told
    [InlineData("", "turn", "symmetric", false)]
    [InlineData("turn", "stun", "symmetric", true)]
    [InlineData("stun", "turn", "symmetric", true)]
    [InlineData("turn", "turn", "symmetric", true)]
    [InlineData("stun", "stun", "symmetric", false)]
    [InlineData("turn", "", "public", true)]
    public void TheOtherSideHasToKnowItsPublicAddress(string alice, string bob, string bobsNat, bool connects)
    {
        using var call = new NatCall(1, Asking(alice), Asking(bob));
        call.Alice.Attach(call.AddLine(NatKinds.Symmetric, 1));
        call.Bob.Attach(call.AddLine(bobsNat == "public" ? null : NatKinds.Symmetric, 2));
        Assert.Equal(connects, call.Connect(TimeSpan.FromSeconds(10)));
        if (connects) return;
        var hint = CallEnds.NoPath.Hint!;
        Assert.Contains("--turn on both sides", hint, StringComparison.Ordinal);
        Assert.Contains("--stun", hint, StringComparison.Ordinal);
    }

    private static NatPhoneOptions Asking(string what) => new() { Media = NatCall.Media, Asks = what.Length == 0 ? [] : [what] };
}
