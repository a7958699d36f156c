// SPDX-License-Identifier: MIT
using Earshot.Cli.Options;

namespace Earshot.Cli.Tests;

/// <summary>No command overwrites what it reads, nor one of its own files by another.</summary>
public sealed class SharedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("lab --mic @v.wav --speaker @v.wav")]
    [InlineData("lab --mic @v.wav --speaker @sub/../v.wav")]
    [InlineData("lab --mic @v.wav --speaker @link.wav")]
    [InlineData("lab --mic @v.wav --speaker @linked/v.wav")]
    [InlineData("lab --replay @v.wav --speaker @v.wav")]
    [InlineData("lab --jitter trace:@v.wav --json @v.wav")]
    [InlineData("lab --report @x --json @x")]
    [InlineData("lab --json @same.wav --speaker @same.wav")]
    [InlineData("call 127.0.0.1 --mic file:@v.wav --speaker file:@v.wav")]
    [InlineData("call 127.0.0.1 --mic file+loop:@v.wav --speaker file:@v.wav")]
    [InlineData("answer --mic file:@v.wav --record @v.wav")]
    [InlineData("answer --pcap @v.wav --stats @v.wav")]
    [InlineData("answer --tls-key @v.wav --pcap @v.wav")]
    [InlineData("latency 127.0.0.1 --speaker file:@x --record @x")]
    [InlineData("loopback --mic file:@v.wav --speaker file:@v.wav")]
    [InlineData("demo --alice-speaker file:@x --bob-speaker file:@x")]
    [InlineData("demo --out @sub --alice-mic file:@sub/bob-heard.wav")]
    public void AFileThatIsReadOrWrittenTwiceIsRefused(string line) =>
        Assert.Contains("name the same file", Assert.Throws<UsageException>(() => Look(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("lab --mic @v.wav --speaker @w.wav --json @v.json")]
    [InlineData("lab --json /dev/null --report /dev/null")]
    [InlineData("answer --tls-cert @v.wav --tls-key @v.wav")]
    [InlineData("call 127.0.0.1 --mic tone:440 --speaker null --record @null")]
    [InlineData("answer --mic device:x --speaker device:x --json")]
    [InlineData("demo --out @sub --alice-speaker file:@sub/alice-heard.wav --bob-speaker file:@sub/bob-heard.wav")]
    [InlineData("demo --alice-mic file:@v.wav --bob-mic file:@v.wav")]
    public void WhatIsApartIsTaken(string line) => Look(line);

    [Fact]
    public void LinksThatLeadToEachOtherEndTheSearch()
    {
        File.CreateSymbolicLink(At("a"), At("b"));
        File.CreateSymbolicLink(At("b"), At("a"));
        Look("lab --json @a --report @c");
    }

    private void Look(string line)
    {
        Directory.CreateDirectory(At("sub"));
        File.WriteAllText(At("v.wav"), "my voice");
        File.CreateSymbolicLink(At("link.wav"), "v.wav");
        Directory.CreateSymbolicLink(At("linked"), _folder);
        SharedFiles.Refuse(EarshotCommand.CreateRoot().Parse(line.Replace("@", _folder + "/", StringComparison.Ordinal).Split(' ')));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
