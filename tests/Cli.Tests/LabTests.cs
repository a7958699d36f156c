// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Cli.Options;
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

/// <summary><c>earshot lab</c> as a script uses it: figures in a file, sound in a file, the same bytes for the same words.</summary>
[Collection("console")]
public sealed class LabTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-lab-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheSameWordsGiveTheSameBytes()
    {
        string[] words = ["lab", "--seed", "7", "--duration", "5", "--delay", "40", "--jitter", "pareto:8", "--loss", "5", "--burst", "2", "--duplicate", "2", "--drift", "200"];
        var first = await RunAsync([.. words, "--json", At("1.json"), "--speaker", At("1.wav")]);
        await RunAsync([.. words, "--json", At("2.json"), "--speaker", At("2.wav")]);
        Assert.Contains("delay", first, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(At("1.json")), File.ReadAllBytes(At("2.json")));
        Assert.Equal(File.ReadAllBytes(At("1.wav")), File.ReadAllBytes(At("2.wav")));
        var there = JsonDocument.Parse(File.ReadAllBytes(At("1.json"))).RootElement.GetProperty("there");
        Assert.Equal(250, there.GetProperty("statistics").GetProperty("packetsSent").GetInt32());
        Assert.InRange(there.GetProperty("delayMs").GetProperty("median").GetDouble(), 40, 120);
    }

    [Fact]
    public async Task AGridInTwoProcessesFromTwoFoldersIsTheSameToTheByteAndNamesNeitherPlaceNorHost()
    {
        string[] words = ["lab", "--matrix", "quick", "--duration", "2", "--seed", "3", "--json", "grid.json", "--report", "grid.html"];
        var (here, there) = (Directory.CreateDirectory(At("here")).FullName, Directory.CreateDirectory(At("far away")).FullName);
        // Side by side, so that their threads take other turns; another language, zone and home, too.
        await using var first = new RunningProgram(Repository.Command, words, here);
        await using var second = new RunningProgram(Repository.Command, words, there,
            new Dictionary<string, string> { ["LC_ALL"] = "de_DE.UTF-8", ["TZ"] = "Asia/Kathmandu", ["HOME"] = there });
        Assert.Equal((0, 0), (await first.EndsAsync(240), await second.EndsAsync(240)));
        foreach (var file in (string[])["grid.json", "grid.html"])
        {
            var bytes = File.ReadAllBytes(Path.Combine(here, file));
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(there, file)));
            var text = System.Text.Encoding.UTF8.GetString(bytes);
            Assert.All([_folder, Environment.UserName + "@", Environment.MachineName, Repository.Root], place => Assert.DoesNotContain(place, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task WhereNothingArrivesThereIsNothingToScore()
    {
        var text = await RunAsync(["lab", "--loss", "100", "--duration", "2", "--json", At("n.json")]);
        Assert.Contains("nothing was heard", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.Equal(100, JsonDocument.Parse(File.ReadAllBytes(At("n.json"))).RootElement.GetProperty("there").GetProperty("link").GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task AGridIsATableAndAFile()
    {
        var said = await RunAsync(["lab", "--matrix", "quick", "--duration", "2", "--no-scores", "--json", At("m.json")]);
        var networks = JsonDocument.Parse(File.ReadAllBytes(At("m.json"))).RootElement.GetProperty("networks");
        Assert.All(networks.EnumerateArray(), n => Assert.Contains(n.GetProperty("network").GetString()!, said, StringComparison.Ordinal));
        Assert.All(networks.EnumerateArray(), n => Assert.Equal(3, n.GetProperty("calls").GetArrayLength()));
    }

    [Fact]
    public async Task BothWaysAreTold()
    {
        var said = await RunAsync(["lab", "--both-ways", "--duration", "4", "--no-scores", "--json", At("b.json")]);
        Assert.Contains("The other way", said, StringComparison.Ordinal);
        var call = JsonDocument.Parse(File.ReadAllBytes(At("b.json"))).RootElement;
        Assert.Equal(200, call.GetProperty("there").GetProperty("link").GetProperty("sent").GetInt32());
        Assert.Equal(200, call.GetProperty("back").GetProperty("link").GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task ARealCallsCaptureIsReplayed()
    {
        await using var answerer = EarshotPhone.Start("answer", "--listen", "127.0.0.1:0", "--security", "none", "--mic", "silence", "--speaker", "null", "--auto", "--count", "1");
        var port = await answerer.PortAsync();
        var voice = Path.Combine(Repository.Root, "tests", "vectors", "speech", "speech_en_m.wav");
        await using var caller = EarshotPhone.Start("call", $"sip:x@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--security", "none",
            "--mic", $"file+loop:{voice}", "--speaker", "null", "--duration", "3", "--pcap", At("call.pcap"));
        Assert.Equal(0, await caller.EndsAsync());
        var said = await RunAsync(["lab", "--replay", At("call.pcap"), "--speaker", At("heard.wav"), "--json", At("r.json"), "--report", At("r.html")]);
        Assert.Contains("opus", said, StringComparison.Ordinal);
        var statistics = JsonDocument.Parse(File.ReadAllBytes(At("r.json"))).RootElement.GetProperty("statistics");
        Assert.InRange(statistics.GetProperty("packetsReceived").GetInt32(), 100, 160);
        Assert.InRange(new FileInfo(At("heard.wav")).Length, 200_000, 400_000);
        Assert.StartsWith("<!doctype html", File.ReadAllText(At("r.html")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task InterruptedItEndsAtOnceWithoutAFile()
    {
        await using var lab = new RunningProgram(Repository.Command, ["lab", "--matrix", "standard", "--json", At("never.json")]);
        await Task.Delay(1500);
        lab.Signal("INT");
        Assert.Equal(130, await lab.EndsAsync(10));
        // One clear word; a script that looks for the file sees that there is none rather than half of one.
        Assert.Contains("interrupted", lab.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(At("never.json")));
    }

    [Fact]
    public async Task AResultThatFindsNoRoomCostsTheOthersNothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "only Linux has a disk that is always full");
        await using var lab = new RunningProgram(Repository.Command, ["lab", "--duration", "1", "--no-scores", "--report", "/dev/full", "--json", At("kept.json")]);
        Assert.Equal(1, await lab.EndsAsync());
        Assert.Contains("earshot: --report /dev/full: the results could not be written", lab.Output, StringComparison.Ordinal);
        Assert.Equal([At("kept.json")], Directory.GetFiles(_folder));
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(File.ReadAllBytes(At("kept.json"))).RootElement.ValueKind);
    }

    [Fact]
    public async Task AResultReplacesWhatALinkLeadsTo()
    {
        File.WriteAllText(At("real.json"), "yesterday's");
        File.CreateSymbolicLink(At("link.json"), "real.json");
        await RunAsync(["lab", "--duration", "1", "--no-scores", "--json", At("link.json")]);
        Assert.NotNull(new FileInfo(At("link.json")).LinkTarget);
        Assert.StartsWith("{", File.ReadAllText(At("real.json")), StringComparison.Ordinal);
    }

    /// <summary>Whoever is killed before the end leaves nothing that a script takes for results.</summary>
    [Fact]
    public void AFileThatIsTriedIsNotThereYet()
    {
        Assert.Equal(At("new.json"), OptionValues.Writable("--json", At("new.json")));
        Assert.False(File.Exists(At("new.json")));
        File.WriteAllText(At("old.json"), "old");
        OptionValues.Writable("--json", At("old.json"));
        Assert.Equal("old", File.ReadAllText(At("old.json")));
    }

    [Theory]
    [InlineData(2, 20)]
    [InlineData(4, 60)]
    [InlineData(60, 10)]
    public void AGridsOutageAndStepComeInTheMiddleHoweverLongTheCall(double seconds, double packetMs)
    {
        var common = new LabScenario
        {
            Voice = LabVoice.Open(LabVoice.BuiltIn[0]),
            Duration = TimeSpan.FromSeconds(seconds),
            Media = new() { PacketTime = TimeSpan.FromMilliseconds(packetMs) },
        };
        var links = LabMatrix.Create("quick", common, keepsVoice: true, keepsDuration: true).Select(cell => cell.Calls[0].Link).ToArray();
        Assert.Equal(seconds / 2, links.Select(link => link.Outage).OfType<Outage>().Single().At.TotalSeconds);
        Assert.Equal((long)(seconds / 2 * 1000 / packetMs), links.Select(link => link.Jitter).OfType<StepJitter>().Single().FromPacket);
    }

    [Fact]
    public async Task AVoiceThatIsNotThereIsNoMatterOfSoundCards()
    {
        await using var lab = new RunningProgram(Repository.Command, ["lab", "--mic", At("nope.wav")]);
        Assert.Equal(3, await lab.EndsAsync());
        Assert.Contains("Name a WAV file", lab.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("card", lab.Output, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static async Task<string> RunAsync(string[] arguments)
    {
        var output = Console.Out;
        using var said = new StringWriter { NewLine = "\n" };
        Console.SetOut(said);
        try
        {
            Assert.Equal(0, await EarshotCommand.RunAsync(arguments));
            return said.ToString();
        }
        finally
        {
            Console.SetOut(output);
        }
    }
}
