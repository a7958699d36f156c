// SPDX-License-Identifier: MIT
using Earshot.Audio.Native;

namespace Earshot.Tests;

public sealed class UsableCodecsTests
{
    private static string? WithoutOpus(string name) => name == "opus" ? "libopus.so.0 is missing: apt-get install libopus0" : null;

    [Fact]
    public void WithoutItsLibraryOpusIsNotOffered()
    {
        var settled = UsableCodecs.Settle(new PhoneOptions(), WithoutOpus, out var notice);
        Assert.Equal(["g722", "pcmu", "pcma"], settled.Codecs);
        Assert.Equal("codec-missing", notice!.Code);
        Assert.Equal("libopus.so.0 is missing: apt-get install libopus0; calls go without opus", notice.Message);
    }

    [Fact]
    public void AskedForByNameItFailsWithOneLine()
    {
        var wrong = Assert.Throws<NativeLibraryMissingException>(
            () => UsableCodecs.Settle(new PhoneOptions { Codecs = ["opus", "g722"] }, WithoutOpus, out _));
        Assert.Equal("libopus.so.0 is missing: apt-get install libopus0", wrong.Message);
    }

    [Fact]
    public void OthersAskedForByNameDoNotMissIt()
    {
        var options = new PhoneOptions { Codecs = ["g722", "pcma"] };
        Assert.Same(options, UsableCodecs.Settle(options, WithoutOpus, out var notice));
        Assert.Null(notice);
    }

    [Fact]
    public void AChangeToAnUnknownCodecNamesThoseThereAre()
    {
        var wrong = Assert.Throws<ArgumentException>(() => UsableCodecs.Demand(["pcmu", "morse"], WithoutOpus));
        Assert.Contains("use opus, g722, pcmu, pcma", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => UsableCodecs.Demand([], WithoutOpus));
        Assert.Throws<NativeLibraryMissingException>(() => UsableCodecs.Demand(["opus"], WithoutOpus));
        UsableCodecs.Demand(["PCMU", "g722"], WithoutOpus);
    }
}
