// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Options;

/// <summary>What each option takes, with an example, for whoever wrote something else.</summary>
internal static class OptionExamples
{
    private static readonly Dictionary<string, (string Takes, string Example)> Known = new(StringComparer.Ordinal)
    {
        ["--account"] = ("an account's name", "work"),
        ["--alice-mic"] = ("a source", "tone:440"),
        ["--alice-speaker"] = ("a sink", "null"),
        ["--bitrate"] = ("bits a second, 6000 to 510000", "32000"),
        ["--bob-mic"] = ("a source", "tone:600"),
        ["--bob-speaker"] = ("a sink", "null"),
        ["--burst"] = ("packets, 1 to 1000", "3"),
        ["--codecs"] = ("some of opus,g722,pcmu,pcma", "opus,pcma"),
        ["--complexity"] = ("0 to 10", "8"),
        ["--confirm"] = ("the 40 digits that the other side reads aloud", "'01234 56789 01234 56789 01234 56789 01234 56789'"),
        ["--count"] = ("a number of calls, 1 to 1000000", "3"),
        ["--delay"] = ("milliseconds, 0 to 10000", "40"),
        ["--drift"] = ("millionths, -10000 to 10000", "100"),
        ["--duplicate"] = ("percent, 0 to 100", "2"),
        ["--call-back"] = ("seconds, more than 0", "3"),
        ["--duration"] = ("seconds, more than 0", "30"),
        ["--ice"] = ("on or off", "off"),
        ["--jitter"] = ("none, uniform:MS, normal:MS, pareto:MS, spikes:PERCENT,MS or trace:FILE", "uniform:40"),
        ["--json"] = ("a file", "figures.json"),
        ["--listen"] = ("HOST:PORT", "0.0.0.0:5060"),
        ["--loss"] = ("percent, 0 to 100", "5"),
        ["--matrix"] = ("a grid's name", "quick"),
        ["--media-ports"] = ("a range of ports", "40000-40099"),
        ["--mic"] = ("device[:NAME], file:PATH.wav, file+loop:PATH.wav, tone:HZ or silence", "file:hello.wav"),
        ["--out"] = ("a folder", "heard"),
        ["--outage"] = ("AT,SECONDS", "5,2"),
        ["--pcap"] = ("a file", "call.pcap"),
        ["--ptime"] = ("milliseconds: 2.5, 5, 10, 20, 40 or 60", "20"),
        ["--rate"] = ("KBPS,QUEUE_MS", "64,200"),
        ["--record"] = ("a file", "call.wav"),
        ["--reject"] = ("a SIP status, 300 to 699", "486"),
        ["--reorder"] = ("PERCENT,MS", "5,20"),
        ["--replay"] = ("a file", "call.pcap"),
        ["--report"] = ("a file", "call.html"),
        ["--ring-timeout"] = ("seconds, more than 0", "20"),
        ["--seconds"] = ("seconds, more than 0", "10"),
        ["--security"] = ("dtls, sdes or none, or several, best first", "dtls,sdes"),
        ["--seed"] = ("a whole number, 0 or more", "7"),
        ["--speaker"] = ("device[:NAME], file:PATH.wav or null", "file:heard.wav"),
        ["--stats"] = ("a file", "stats.json"),
        ["--stun"] = ("HOST:PORT", "192.0.2.1:3478"),
        ["--through"] = ("devices, codec, srtp or network", "codec"),
        ["--tls-cert"] = ("a PEM file with a certificate, or a PFX file", "phone.pem"),
        ["--tls-key"] = ("a PEM file with the certificate's private key", "phone.key"),
        ["--tls-roots"] = ("a PEM file with root certificates", "roots.pem"),
        ["--transport"] = ("udp, tcp, tls, ws or wss", "tls"),
        ["--turn"] = ("a URI", "turn:alice:secret@192.0.2.1"),
        ["--web-origin"] = ("a web page's origin", "https://phone.example"),
    };

    /// <summary>True when there is one for this option.</summary>
    public static bool Knows(string option) => Known.ContainsKey(option);

    /// <summary>One sentence: what to say, and an example.</summary>
    public static string Say(string option) =>
        Known.TryGetValue(option, out var known) ? $"Say {known.Takes}, e.g. {option} {known.Example}" : $"See what {option} takes: earshot help";

    /// <summary>As <see cref="Say(string)"/>, where a verb takes less than its name says.</summary>
    public static string Say(string option, string takes) => Known.TryGetValue(option, out var known) ? $"Say {takes}, e.g. {option} {known.Example}" : $"Say {takes}";
}
