// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;
using Earshot.Cli.Demo;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

public sealed class HeardSideTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void TheRightSideOfARecordingIsWhatWasHeard()
    {
        using (var call = WavWriter.Create(_scratch.File("call.wav"), channels: 2))
            call.Append([.. Enumerable.Range(0, 10_000).SelectMany(i => new[] { (short)-1, (short)i })]);
        HeardSide.Keep(_scratch.File("call.wav"), _scratch.File("heard.wav"));
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (short)i), WavReader.ReadAll(_scratch.File("heard.wav"), out var rate));
        Assert.Equal(48_000, rate);
    }
}
