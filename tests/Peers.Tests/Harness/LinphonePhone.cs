// SPDX-License-Identifier: MIT
namespace Earshot.Peers.Tests.Harness;

/// <summary>linphonec (Debian, linphone-cli), a console phone on liblinphone: speaks a WAV file, keeps what it hears as a WAV file. On a host of its own: it has no use for loopback.</summary>
internal sealed class LinphonePhone : RunningProgram
{
    public const int Port = 5070;

    private LinphonePhone(string networkNamespace, string folder)
        : base("ip", ["netns", "exec", networkNamespace, "linphonec", "-a", "-c", Path.Combine(folder, "linphonerc")], folder,
            new Dictionary<string, string> { ["HOME"] = folder, ["XDG_DATA_HOME"] = folder, ["XDG_CONFIG_HOME"] = folder })
    {
        Heard = Path.Combine(folder, "heard.wav");
    }

    /// <summary>What it heard.</summary>
    public string Heard { get; }

    /// <param name="networkNamespace">Its host, as <c>ip netns</c> knows it.</param>
    /// <param name="scratch">Where its files go.</param>
    /// <param name="encryption">As linphone names it: <c>srtp</c> (SDES) or <c>dtls</c>; nothing less is taken.</param>
    /// <param name="ice">It looks for ways to the other side on its own.</param>
    /// <param name="tcp">Listens for SIP by TCP, too.</param>
    /// <param name="speaks">A 16-bit WAV file.</param>
    public static async Task<LinphonePhone> StartAsync(string networkNamespace, ScratchFolder scratch, string encryption, bool ice, bool tcp, string speaks)
    {
        var folder = Directory.CreateDirectory(scratch.File("linphone")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "linphone")); // it makes its databases here, not the folder
        Directory.CreateDirectory(Path.Combine(folder, ".local/share/linphone"));
        File.Copy(speaks, Path.Combine(folder, "speech.wav"));
        File.WriteAllText(Path.Combine(folder, "linphonerc"), $"""
            [sip]
            sip_port={Port}
            sip_tcp_port={(tcp ? Port : -1)}
            sip_tls_port=-1
            media_encryption={encryption}
            media_encryption_mandatory=1
            [net]
            nat_policy_ref=ways
            [nat_policy_0]
            ref=ways
            protocols={(ice ? "ice" : "")}
            [rtp]
            audio_rtp_port=17078
            [video]
            enabled=0
            capture=0
            display=0

            """);
        var phone = new LinphonePhone(networkNamespace, folder);
        try
        {
            phone.Command("soundcard use files"); // read once it is ready
            await phone.SaysAsync("Using wav files");
        }
        catch
        {
            await phone.DisposeAsync(); // it would spin at the end of its input
            throw;
        }

        phone.Command("play " + Path.Combine(folder, "speech.wav"));
        phone.Command("record " + phone.Heard);
        return phone;
    }

    /// <summary>Types a command.</summary>
    public void Command(string line) => Type(line + "\n");

    /// <summary>Ends it; now its recording is whole.</summary>
    public async Task QuitAsync()
    {
        Command("quit");
        await EndsAsync();
    }
}
