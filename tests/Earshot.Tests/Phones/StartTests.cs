// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Tests.Phones;

/// <summary>A phone that cannot start leaves nothing behind.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string _capture = Path.Combine(Path.GetTempPath(), $"earshot-{Guid.NewGuid():N}.pcap");

    [Fact]
    public async Task AStartThatIsGivenUpOpensNothing()
    {
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Phone.StartAsync(Options(), over.Token));
        Assert.False(File.Exists(_capture));
    }

    [Fact]
    public async Task ATakenPortClosesTheCaptureFileAgain()
    {
        await using var first = await Phone.StartAsync(Options() with { PacketCaptureFile = null });
        var taken = IPEndPoint.Parse(first.ListenUri[(first.ListenUri.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        var wrong = await Assert.ThrowsAsync<PhoneException>(() => Phone.StartAsync(Options() with { Listen = taken }));
        Assert.Contains("is taken", wrong.Message, StringComparison.Ordinal);
        using var mine = new FileStream(_capture, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // nobody holds it
        Assert.Equal(24, mine.Length);
    }

    [Fact]
    public async Task AnUnknownCodecIsRefusedBeforeAnythingIsOpened()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Phone.StartAsync(Options() with { Codecs = ["pcmu", "morse"] }));
        Assert.False(File.Exists(_capture));
    }

    [Theory]
    [InlineData("bob smith@home", "sip:bob%20smith%40home@127.0.0.1:")]
    [InlineData("", "sip:127.0.0.1:")]
    public async Task AUserOfAnySpellingCanBeCalled(string user, string uri)
    {
        await using var phone = await Phone.StartAsync(Options() with { User = user, PacketCaptureFile = null });
        Assert.StartsWith(uri, phone.ListenUri, StringComparison.Ordinal);
        phone.IncomingCall += call => call.Accept(new CallOptions { Echo = true });
        var call = await phone.CallAsync(phone.ListenUri, new CallOptions { Echo = true }).WaitAsync(TimeSpan.FromSeconds(20)); // itself
        call.HangUp();
        Assert.Equal(CallEndReason.HungUp, (await call.Ended.WaitAsync(TimeSpan.FromSeconds(20))).End.Reason);
    }

    public static TheoryData<string, PhoneOptions> Impossible => new()
    {
        { "MaxUnansweredCalls", new() { MaxUnansweredCalls = 0 } },
        { "MaxUnansweredCallsPerAddress", new() { MaxUnansweredCallsPerAddress = 0 } },
        { "Security", new() { Security = [] } },
        { "Bitrate", new() { Bitrate = 5999 } },
        { "Complexity", new() { Complexity = 11 } },
        { "RingTimeout", new() { RingTimeout = TimeSpan.Zero } },
        { "RingTimeout", new() { RingTimeout = TimeSpan.MaxValue } },
        { "SilenceTimeout", new() { SilenceTimeout = TimeSpan.FromSeconds(-1) } },
        { "ports", new() { FirstMediaPort = 5000, LastMediaPort = 4000 } },
        { "ports", new() { FirstMediaPort = 5000 } },
        { "ports", new() { FirstMediaPort = 65535, LastMediaPort = 65536 } },
        { "packet time", new() { PacketTime = TimeSpan.FromMilliseconds(7) } },
        { "codec", new() { Codecs = [] } },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task AnOptionThatCannotWorkIsRefusedAtTheStart(string named, PhoneOptions options)
    {
        var wrong = await Assert.ThrowsAnyAsync<ArgumentException>(() => Phone.StartAsync(options with { Microphone = "silence", Speaker = "null" }));
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_capture);

    private PhoneOptions Options() => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Microphone = "silence",
        Speaker = "null",
        Codecs = ["pcmu"],
        PacketCaptureFile = _capture,
    };
}
