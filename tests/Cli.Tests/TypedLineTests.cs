// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Tests;

/// <summary>Keys at a terminal become lines.</summary>
public sealed class TypedLineTests
{
    [Theory]
    [InlineData("q\r", "q")]
    [InlineData("12#\n", "12#")]
    [InlineData(" h \r", "h")]
    [InlineData("hx\u007f\r", "h")]
    [InlineData("\b\bm\r", "m")]
    [InlineData("wrong\u0015r\r", "r")]
    [InlineData("\u001bq\r", "q")]
    [InlineData("\r", "")]
    public void KeysBecomeALine(string keys, string line)
    {
        var typed = new TypedLine();
        Assert.All(keys[..^1], key => Assert.Null(typed.Take(key)));
        Assert.Equal(line, typed.Take(keys[^1]));
        Assert.Equal("", typed.Text);
    }

    [Fact]
    public void ALineHasAnEnd()
    {
        var typed = new TypedLine();
        for (var i = 0; i < 10_000; i++) typed.Take('5');
        Assert.InRange(typed.Text.Length, 1, 1000);
    }
}
