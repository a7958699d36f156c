// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Native;

/// <summary>Two processes of the command call each other with file ends. <c>eng/test-aot</c> runs this on the native command.</summary>
public sealed class NativeCommandTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("opus")]
    [InlineData("g722")]
    public async Task EachHearsWhatTheOtherSays(string codec)
    {
        string callee = _scratch.File("callee.wav"), caller = _scratch.File("caller.wav");
        await using var answering = EarshotPhone.Start(
            "answer", "--listen", "127.0.0.1:0", "--count", "1", "--codecs", codec, "--mic", $"file+loop:{Repository.OtherSpeech}", "--speaker", $"file:{callee}");
        await using var calling = EarshotPhone.Start(
            "call", $"127.0.0.1:{await answering.PortAsync()}", "--listen", "127.0.0.1:0", "--duration", "6", "--codecs", codec,
            "--mic", $"file+loop:{Repository.Speech}", "--speaker", $"file:{caller}");
        var connected = await calling.EventAsync("connected");
        Assert.Equal("dtls", connected.GetProperty("key_exchange").GetString());
        Assert.Equal(0, await calling.EndsAsync());
        Assert.Equal(0, await answering.EndsAsync());
        Speech.IsHeard(Repository.Speech, callee);
        Speech.IsHeard(Repository.OtherSpeech, caller);
    }
}
