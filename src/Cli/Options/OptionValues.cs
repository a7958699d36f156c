// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;

namespace Earshot.Cli.Options;

/// <summary>Reads one option's value, or says in one line what is wrong with it.</summary>
internal static class OptionValues
{
    private static readonly string[] KnownCodecs = ["opus", "g722", "pcmu", "pcma"];
    private static readonly double[] PacketTimes = [2.5, 5, 10, 20, 40, 60];

    /// <summary>HOST:PORT, [IPV6]:PORT, HOST or :PORT.</summary>
    public static IPEndPoint EndPoint(string option, string value)
    {
        var colon = value.LastIndexOf(':');
        var (host, port) = value.StartsWith('[') && value.EndsWith(']') || colon < 0 || value.IndexOf(':', StringComparison.Ordinal) != colon && !value.StartsWith('[')
            ? (value, "5060")
            : (value[..colon], value[(colon + 1)..]);
        host = host.Trim('[', ']');
        if (host.Length == 0) host = "0.0.0.0";
        if (host.All(char.IsAsciiDigit)) // an address to the framework, a port to everybody else
            throw new UsageException($"{option} {value}: '{host}' is not an address", $"For a port say 0.0.0.0:{host}.");
        if (host == "localhost") host = "127.0.0.1";
        if (!IPAddress.TryParse(host, out var address))
            throw new UsageException($"{option} {value}: '{host}' is not an address of this machine", "Say an IP address, e.g. 0.0.0.0:5060 or [::]:5060.");
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new UsageException($"{option} {value}: '{port}' is not a port", "Say 0 to 65535; 0 picks a free one, e.g. 0.0.0.0:5060");
        return new(address, number);
    }

    public static SipTransportChoice Transport(string? value) => value switch
    {
        null or "udp" => SipTransportChoice.Udp,
        "tcp" => SipTransportChoice.Tcp,
        "tls" => SipTransportChoice.Tls,
        "ws" => SipTransportChoice.Ws,
        "wss" => SipTransportChoice.Wss,
        _ => throw new UsageException($"--transport {value}: no such transport", OptionExamples.Say("--transport")),
    };

    public static IReadOnlyList<string>? Codecs(string? value)
    {
        if (value is null) return null;
        var names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(n => n.ToLowerInvariant()).Distinct().ToArray();
        var unknown = Array.Find(names, n => !KnownCodecs.Contains(n));
        if (unknown is not null) throw new UsageException($"--codecs {value}: no codec '{unknown}'", OptionExamples.Say("--codecs"));
        return names.Length > 0 ? names : throw new UsageException("--codecs: names none", OptionExamples.Say("--codecs"));
    }

    public static bool Ice(string? value) => value switch
    {
        null or "on" => true,
        "off" => false,
        _ => throw new UsageException($"--ice {value}: neither on nor off", OptionExamples.Say("--ice")),
    };

    public static string? Server(string option, string? value, string? ice)
    {
        if (value is null) return null;
        if (ice == "off") throw new UsageException($"{option} serves ICE, and --ice off turns that off", "Leave one of them out.");
        if (option == "--turn") value = TurnAccount.Complete(value, Environment.GetEnvironmentVariable);
        try
        {
            IceServers.Read(value, isRelay: option == "--turn");
            return value;
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{option}: {wrong.Message}", OptionExamples.Say(option)); // never the value: it may hold a password
        }
    }

    public static TimeSpan? PacketTime(double? value)
    {
        if (value is null) return null;
        return PacketTimes.Contains(value.Value)
            ? TimeSpan.FromMilliseconds(value.Value)
            : throw new UsageException($"--ptime {value.Value.ToString(CultureInfo.InvariantCulture)}: not a packet time", OptionExamples.Say("--ptime"));
    }

    public static int? InRange(string option, int? value, int least, int most) => value is null || (value >= least && value <= most)
        ? value
        : throw new UsageException($"{option} {value}: out of range", OptionExamples.Say(option));

    public static IReadOnlyList<MediaSecurityMethod>? Security(string? value)
    {
        if (value is null) return null;
        var methods = value.Split(',', StringSplitOptions.TrimEntries).Select(Method).ToArray();
        return methods.Distinct().Count() == methods.Length ? methods : throw new UsageException($"--security {value}: names one twice", OptionExamples.Say("--security"));

        MediaSecurityMethod Method(string name) => name switch
        {
            "dtls" => MediaSecurityMethod.Dtls,
            "sdes" => MediaSecurityMethod.Sdes,
            "none" => MediaSecurityMethod.None,
            "" => throw new UsageException($"--security {value}: there is a gap in the list", OptionExamples.Say("--security")),
            _ => throw new UsageException($"--security {value}: no method '{name}'", OptionExamples.Say("--security")),
        };
    }

    public static (int First, int Last) PortRange(string? value)
    {
        if (value is null) return (0, 0);
        var parts = value.Split('-');
        if (parts.Length == 2
            && ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first > 0 && last > first)
        {
            return (first, last);
        }

        throw new UsageException($"--media-ports {value}: not a range", OptionExamples.Say("--media-ports") + "; each call takes two");
    }

    /// <summary>A file that can be written, found out before the call rather than after it; null stays null. What was not there is not there afterwards, either.</summary>
    public static string? Writable(string option, string? path)
    {
        if (path is null) return null;
        try
        {
            var place = SharedFiles.Resolve(path);
            var isNew = !File.Exists(place);
            new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
            if (isNew) File.Delete(place);
            return path;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = wrong switch
            {
                DirectoryNotFoundException => "there is no such folder",
                FileNotFoundException => "no file can be made there", // in /proc
                UnauthorizedAccessException => "it may not be written, or it is a folder",
                ArgumentException when path.Length == 0 => "no file has an empty name",
                _ => wrong.Message.ReplaceLineEndings(" "),
            };
            throw new UsageException($"{option} {path}: {why}", "Name a file in a folder that you may write to.");
        }
    }

    public static TimeSpan? Seconds(string option, double? value)
    {
        if (value is null) return null;
        return value > 0 && value <= 86400 * 365
            ? TimeSpan.FromSeconds(value.Value)
            : throw new UsageException($"{option} {value.Value.ToString(CultureInfo.InvariantCulture)}: not a time", OptionExamples.Say(option));
    }

    /// <summary>A SIP URI, <c>user@host</c> or <c>host[:port]</c> as a SIP URI.</summary>
    public static string Target(string value)
    {
        var uri = AsSipUri(value.Trim());
        if (PortOf(uri) is { } port && !(ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0))
            throw new UsageException($"{value}: '{port}' is not a port", "Say 1 to 65535, e.g. 192.0.2.7:5060");
        if (uri.Split(";transport=") is [_, var rest, ..] && rest.Split(';', '?')[0].ToLowerInvariant() is var transport and not ("udp" or "tcp" or "tls" or "ws" or "wss"))
            throw new UsageException($"{value}: there is no transport {transport}", "Leave it out, or say udp, tcp, tls, ws or wss.");
        if (uri.Count(c => c == '@') > 1)
            throw new UsageException($"{value}: more than one '@'", "Say e.g. sip:bob@192.0.2.7.");
        _ = SipTargets.Parse(uri, default); // anything else that is off
        return uri;
    }

    /// <summary>Where a phone listens that shall reach a target and was told nothing else: IPv6 is reached from IPv6 alone.</summary>
    public static string ListenTowards(string uri) => SipTargets.HostOf(uri).Contains(':') ? "[::]:0" : "0.0.0.0:0";

    // What follows the host's colon; null when there is none. An IPv6 address has its colons inside brackets.
    private static string? PortOf(string uri)
    {
        var host = uri[(uri.LastIndexOf('@') is var at and >= 0 ? at + 1 : uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';', '?')[0];
        var colon = host.IndexOf(':', Math.Max(0, host.IndexOf(']', StringComparison.Ordinal)));
        return colon < 0 ? null : host[(colon + 1)..];
    }

    private static string AsSipUri(string target)
    {
        if (target.Length == 0) throw new UsageException("TARGET is empty", "Say e.g. sip:bob@192.0.2.7 or 192.0.2.7:5060.");
        if (target.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"{target}: telephone numbers need an account, which is not there yet", "Call a sip: address.");
        if (target.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || target.StartsWith("sips:", StringComparison.OrdinalIgnoreCase))
        {
            return !target.EndsWith(':') && !target.EndsWith('@')
                ? target
                : throw new UsageException($"{target}: names no host", "Say e.g. sip:bob@192.0.2.7 or 192.0.2.7:5060.");
        }

        // TryParse takes [address]:port, too, and forgets the port.
        if (!target.Contains('@') && !target.StartsWith('[') && IPAddress.TryParse(target, out var address)
            && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            target = $"[{address}]";
        }

        return "sip:" + target;
    }
}
