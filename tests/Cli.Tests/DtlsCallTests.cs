// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

/// <summary><c>--security dtls</c>, from one command to the other.</summary>
public sealed class DtlsCallTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private Dictionary<string, string> Home => new() { ["XDG_DATA_HOME"] = _scratch.File("data") };

    private string Identity => _scratch.File(Path.Combine("data", "earshot", "identity.pem"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task TwoCommandsAgreeOnKeysBetweenThemselves()
    {
        await using var callee = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--count", "1", "--echo", "--security", "dtls");
        var port = await callee.PortAsync();
        await using var caller = EarshotPhone.StartWith(
            Home, "call", $"sip:bob@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--security", "dtls", "--duration", "2");
        foreach (var phone in new[] { caller, callee })
        {
            var connected = await phone.EventAsync("connected");
            Assert.Equal("dtls", connected.GetProperty("key_exchange").GetString());
            Assert.Equal("clear", connected.GetProperty("signalling").GetString());
            Assert.Equal("AEAD_AES_128_GCM", connected.GetProperty("srtp_profile").GetString());
            Assert.StartsWith("media encrypted end to end", connected.GetProperty("security").GetString(), StringComparison.Ordinal);
        }

        await caller.EventAsync("heard");
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
        Assert.True(File.Exists(Identity));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Identity));
    }

    [Fact]
    public async Task WhoTakesNoDtlsIsCalledByTheNextOfTheListOrNotAtAll()
    {
        await using var callee = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "sdes");
        var port = await callee.PortAsync();
        string[] call = ["call", $"sip:bob@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--duration", "1", "--security"];
        await using var strict = EarshotPhone.StartWith(Home, [.. call, "dtls"]);
        Assert.Equal("not-encrypted", (await strict.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(5, await strict.EndsAsync());
        await using var lenient = EarshotPhone.StartWith(Home, [.. call, "dtls,sdes"]);
        Assert.Equal("sdes", (await lenient.EventAsync("connected")).GetProperty("key_exchange").GetString());
        Assert.Equal(0, await lenient.EndsAsync());
    }

    [Fact]
    public async Task ADamagedIdentityIsOneLineAndExitStatus5()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Identity)!);
        await File.WriteAllTextAsync(Identity, "nonsense");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Identity, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var phone = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "dtls");
        Assert.Equal("identity", (await phone.EventAsync("error")).GetProperty("code").GetString());
        Assert.Equal(5, await phone.EndsAsync());
    }

    [Fact]
    public async Task WithoutAHomeTheIdentityIsANewOneEachTimeAndThatIsSaid()
    {
        await using var phone = EarshotPhone.StartWith(
            new Dictionary<string, string> { ["XDG_DATA_HOME"] = "", ["HOME"] = "" }, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "dtls", "--duration", "1");
        Assert.Equal("identity-in-memory", (await phone.EventAsync("notice")).GetProperty("code").GetString());
        Assert.Equal(0, await phone.EndsAsync());
    }
}
