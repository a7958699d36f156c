// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests;

/// <summary>Two phones on two hosts, each listening on the wildcard: they name addresses that the other reaches, and hear each other.</summary>
public sealed class TwoHostsTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("0.0.0.0:0", false)]
    [InlineData("[::]:0", true)]
    public async Task EachNamesTheAddressOfTheCableAndHearsTheOther(string listen, bool ip6)
    {
        using var hosts = NetworkNamespaces.CreateOrSkip();
        var (callers, callees) = ip6
            ? ($"[{NetworkNamespaces.Address6Of(1)}]", $"[{NetworkNamespaces.Address6Of(2)}]")
            : (NetworkNamespaces.AddressOf(1), NetworkNamespaces.AddressOf(2));
        await using var callee = EarshotPhone.StartIn(hosts.Name(2), ["answer", "--count", "1", .. Ends(listen, "callee", Repository.OtherSpeech)]);
        await using var caller = EarshotPhone.StartIn(hosts.Name(1),
            ["call", $"{callees}:{await callee.PortAsync()}", "--duration", "6", .. Ends(listen, "caller", Repository.Speech)]);
        var (called, answered) = (await caller.EventAsync("connected"), await callee.EventAsync("connected"));
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());

        Assert.StartsWith(callers + ":", Text(called, "local"), StringComparison.Ordinal);
        Assert.StartsWith(callees + ":", Text(called, "remote"), StringComparison.Ordinal);
        Assert.Equal(Text(called, "local"), Text(answered, "remote"));
        Assert.Equal(Text(called, "remote"), Text(answered, "local"));
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("caller.wav"));
        Speech.IsHeard(Repository.Speech, _scratch.File("callee.wav"));
        AssertNames(caller, callers);
        AssertNames(callee, callees);
    }

    private string[] Ends(string listen, string who, string speech) =>
        ["--listen", listen, "--mic", "file+loop:" + speech, "--speaker", "file:" + _scratch.File(who + ".wav"), "--verbose"];

    /// <summary>What a phone sends of itself, by line: the top Via and Contact of its requests, the session description.</summary>
    private static void AssertNames(EarshotPhone phone, string address)
    {
        var sent = phone.Events.Where(e => Text(e, "event") == "sip" && Text(e, "direction") == "sent").Select(e => Text(e, "message")).ToList();
        var lines = sent.SelectMany(m => m.ReplaceLineEndings("\n").Split('\n')).ToList();
        Assert.All(lines.Where(l => l.StartsWith("Contact:", StringComparison.Ordinal)), l => Assert.Contains("@" + address + ":", l, StringComparison.Ordinal));
        Assert.All(lines.Where(l => l.StartsWith("c=", StringComparison.Ordinal)), l => Assert.EndsWith(" " + address.Trim('[', ']'), l, StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("Contact:", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("c=", StringComparison.Ordinal));
        foreach (var request in sent.Where(m => !m.StartsWith("SIP/2.0", StringComparison.Ordinal)))
            Assert.Contains(address + ":", request.ReplaceLineEndings("\n").Split('\n').First(l => l.StartsWith("Via:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(sent, m => Assert.False(m.Contains("0.0.0.0", StringComparison.Ordinal) || m.Contains("127.0.0.1", StringComparison.Ordinal) || m.Contains("[::]", StringComparison.Ordinal), m));
    }

    private static string Text(System.Text.Json.JsonElement e, string name) => e.GetProperty(name).GetString() ?? "";
}
