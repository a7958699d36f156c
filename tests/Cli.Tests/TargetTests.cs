// SPDX-License-Identifier: MIT
using Earshot.Cli.Options;

namespace Earshot.Cli.Tests;

/// <summary>What a person may write for a TARGET.</summary>
public sealed class TargetTests
{
    [Theory]
    [InlineData("192.0.2.7", "sip:192.0.2.7")]
    [InlineData("192.0.2.7:5070", "sip:192.0.2.7:5070")]
    [InlineData("bob@example.org", "sip:bob@example.org")]
    [InlineData("fd00::7", "sip:[fd00::7]")]
    [InlineData("[fd00::7]", "sip:[fd00::7]")]
    [InlineData("[fd00::7]:5070", "sip:[fd00::7]:5070")]
    [InlineData("bob@[fd00::7]:5070", "sip:bob@[fd00::7]:5070")]
    [InlineData("sip:bob@192.0.2.7;transport=tcp", "sip:bob@192.0.2.7;transport=tcp")]
    public void ATargetIsASipUri(string written, string uri) => Assert.Equal(uri, OptionValues.Target(written));
}
