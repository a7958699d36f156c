// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Tests;

/// <summary>What the other side reads aloud is compared by us, and whole: a yes alone confirms nobody.</summary>
public sealed class ReadAloudTests
{
    private const string Words = "aardvark adroitness absurd adviser accrue aftermath acme aggregate adrift alkali adult almighty afflict amulet ahead amusement";
    private const string Digits = "00001 02030 40506 07080 90100 11012 01301 40150";

    [Theory]
    [InlineData("00001 02030 40506 07080 90100 11012 01301 40150")]
    [InlineData("0000102030405060708090100110120130140150")]
    [InlineData("00001-02030-40506-07080, 90100-11012-01301-40150.")]
    [InlineData("Aardvark ADROITNESS absurd, adviser accrue aftermath acme aggregate; adrift alkali adult almighty afflict amulet ahead amusement")]
    public void TheWholeStringIsTheSameHoweverItIsTyped(string typed) => Assert.Equal(ReadAloud.Outcome.Same, ReadAloud.Compare(typed, Words, Digits));

    [Theory]
    [InlineData("00001 02030 40506 07080 90100 11012 01301 40151")]
    [InlineData("adroitness aardvark absurd adviser accrue aftermath acme aggregate adrift alkali adult almighty afflict amulet ahead amusement")]
    public void AnotherOneIsDifferent(string typed) => Assert.Equal(ReadAloud.Outcome.Different, ReadAloud.Compare(typed, Words, Digits));

    [Theory]
    [InlineData("")]
    [InlineData("y")]
    [InlineData("00001")]
    [InlineData("00001 02030 40506 07080 90100 11012 01301 4015")]
    [InlineData("aardvark adroitness")]
    [InlineData("...")]
    public void APartSaysNothing(string typed) => Assert.Equal(ReadAloud.Outcome.Incomplete, ReadAloud.Compare(typed, Words, Digits));
}
