// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.Json;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Linphone;

/// <summary>
/// linphonec, an independent phone with SIP, ICE, SRTP and DTLS of its own (belle-sip, mediastreamer, mbedTLS) that knows no rtcp-mux: each side calls with keys by SDES
/// and by DTLS, with ICE and without. Reports go beside the sound by SDES; by DTLS linphone wants another association for them, which we do not have, and the call goes on without.
/// </summary>
public sealed class LinphoneTests : IDisposable
{
    private const int TalkSeconds = 6;
    private const int Ours = 5090;

    private readonly ScratchFolder _scratch = new();

    public LinphoneTests() => Assert.SkipUnless(RunningProgram.Exists("linphonec"), "linphonec is not installed (apt-get install linphone-cli)");

    public static TheoryData<string, bool> Ways => new() { { "sdes", false }, { "sdes", true }, { "dtls", false }, { "dtls", true } };

    private Dictionary<string, string> Home => new() { ["XDG_DATA_HOME"] = _scratch.File("data") };

    private static string Us => NetworkNamespaces.AddressOf(1);

    private static string Linphones => NetworkNamespaces.AddressOf(2);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WeCallLinphoneAndHangUp(string keys, bool ice)
    {
        using var hosts = Hosts();
        var (events, heard) = await CallItAsync(hosts, keys, ice, tcp: false, Us);
        AssertConnected(events, keys, ice);
        Speech.IsHeard(Repository.Speech, heard);
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task LinphoneCallsUsAndHangsUp(string keys, bool ice)
    {
        using var hosts = Hosts();
        var (events, heard) = await BeCalledAsync(hosts, keys, ice, "udp");
        AssertConnected(events, keys, ice);
        Assert.Equal("remote-hung-up", Text(events.Last(e => Text(e, "event") == "ended"), "reason"));
        Speech.IsHeard(Repository.Speech, heard);
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
    }

    /// <summary>An offer with ICE and DTLS from a host with a few addresses is longer than a packet of Ethernet. By UDP it comes in fragments; the phone that has TCP gets it by TCP.</summary>
    [Theory]
    [InlineData("udp", false)]
    [InlineData("tcp", true)]
    public async Task OurOfferOfMoreThanAPacketReachesLinphone(string transport, bool tcp)
    {
        using var hosts = Hosts();
        hosts.AddAddresses(1, 6);
        var (events, _) = await CallItAsync(hosts, "dtls", ice: true, tcp, "0.0.0.0");
        AssertConnected(events, "dtls", ice: true);
        AssertLong(events, "sent", transport);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task LinphonesOfferOfMoreThanAPacketReachesUs(string transport)
    {
        using var hosts = Hosts();
        hosts.AddAddresses(2, 6);
        var (events, _) = await BeCalledAsync(hosts, "dtls", ice: true, transport);
        AssertConnected(events, "dtls", ice: true);
        AssertLong(events, "received", transport);
    }

    // Where nothing but the cable is known, linphone calls itself 127.0.0.1.
    private static NetworkNamespaces Hosts()
    {
        var hosts = NetworkNamespaces.CreateOrSkip();
        hosts.RouteTheRest(2);
        return hosts;
    }

    private async Task<(IReadOnlyList<JsonElement> Events, string Heard)> CallItAsync(NetworkNamespaces hosts, string keys, bool ice, bool tcp, string listen)
    {
        await using var linphone = await LinphonePhone.StartAsync(hosts.Name(2), _scratch, Encryption(keys), ice, tcp, Repository.OtherSpeech);
        await using var ours = EarshotPhone.StartIn(hosts.Name(1), Home,
            ["call", $"sip:linphone@{Linphones}:{LinphonePhone.Port}", "--listen", $"{listen}:0", "--duration", $"{TalkSeconds}", .. Options(keys, ice)]);
        Assert.Equal(0, await ours.EndsAsync());
        await linphone.SaysAsync("ended");
        await linphone.QuitAsync();
        return (ours.Events, linphone.Heard);
    }

    private async Task<(IReadOnlyList<JsonElement> Events, string Heard)> BeCalledAsync(NetworkNamespaces hosts, string keys, bool ice, string transport)
    {
        await using var ours = EarshotPhone.StartIn(hosts.Name(1), Home, ["answer", "--count", "1", "--listen", $"{Us}:{Ours}", .. Options(keys, ice)]);
        await ours.PortAsync();
        await using var linphone = await LinphonePhone.StartAsync(hosts.Name(2), _scratch, Encryption(keys), ice, transport == "tcp", Repository.OtherSpeech);
        linphone.Command($"call sip:earshot@{Us}:{Ours}{(transport == "tcp" ? ";transport=tcp" : "")}");
        await ours.EventAsync("connected");
        await ours.EventAsync("stats", seconds: 60, count: TalkSeconds); // one a second
        if (keys == "sdes") await ReportsComeAsync(ours);
        linphone.Command("terminate");
        Assert.Equal(0, await ours.EndsAsync());
        await linphone.QuitAsync();
        return (ours.Events, linphone.Heard);
    }

    /// <summary>A round trip is known once linphone's reports have come and answered ours.</summary>
    private static async Task ReportsComeAsync(EarshotPhone ours)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (ours.Events.Any(e => Text(e, "event") == "stats" && e.GetProperty("roundTripTime").ValueKind == JsonValueKind.Number)) return;
            await Task.Delay(20);
        }

        Assert.Fail("no reports came:\n" + ours.Output);
    }

    private static string Encryption(string keys) => keys == "sdes" ? "srtp" : "dtls";

    private string[] Options(string keys, bool ice) =>
        ["--security", keys, "--ice", ice ? "on" : "off", "--mic", "file+loop:" + Repository.Speech, "--speaker", "file:" + _scratch.File("heard.wav"), "--verbose"];

    private static void AssertConnected(IReadOnlyList<JsonElement> events, string keys, bool ice)
    {
        var connected = events.Single(e => Text(e, "event") == "connected");
        Assert.Equal("opus", Text(connected, "codec"));
        Assert.StartsWith(Linphones[..Linphones.LastIndexOf('.')], Text(connected, "remote"), StringComparison.Ordinal);
        Assert.Equal(keys, Text(connected, "key_exchange"));
        Assert.StartsWith("A", Text(connected, "srtp_profile"), StringComparison.Ordinal);
        Assert.Contains(Text(connected, "ice"), ice ? ["host", "prflx"] : (string[])["off"]);
        Assert.DoesNotContain(events, e => Text(e, "event") == "security-refusal");
    }

    private static void AssertLong(IReadOnlyList<JsonElement> events, string direction, string transport)
    {
        var invite = events.First(e => Text(e, "event") == "sip" && Text(e, "direction") == direction && Text(e, "message").StartsWith("INVITE", StringComparison.Ordinal)
            && Text(e, "message").Contains($"SIP/2.0/{transport.ToUpperInvariant()} ", StringComparison.Ordinal));
        var message = Text(invite, "message");
        Assert.True(Encoding.UTF8.GetByteCount(message) > 1500, message);
        Assert.Contains("a=fingerprint:", message, StringComparison.Ordinal);
        Assert.Contains("a=candidate:", message, StringComparison.Ordinal);
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? "";
}
