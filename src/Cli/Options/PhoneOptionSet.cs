// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;

namespace Earshot.Cli.Options;

/// <summary>The options that <c>call</c>, <c>answer</c> and <c>latency</c> share, and what they say of the phone.</summary>
internal sealed class PhoneOptionSet
{
    private readonly Option<string> _listen = new("--listen") { Description = "SIP address; port 0 picks a free one", HelpName = "HOST:PORT" };
    private readonly Option<string> _transport = new("--transport") { Description = "udp, tcp, tls, ws or wss: how calls are placed and taken", HelpName = "TRANSPORT" };
    private readonly Option<string> _tlsCert = new("--tls-cert") { Description = "our certificate (PEM with its chain, or PFX) for those who call us by tls or wss", HelpName = "FILE" };
    private readonly Option<string> _tlsKey = new("--tls-key") { Description = "its private key (PEM), where the certificate's file holds none", HelpName = "FILE" };
    private readonly Option<string> _tlsRoots = new("--tls-roots") { Description = "roots (PEM) to believe besides the system's", HelpName = "FILE" };
    private readonly Option<string[]> _webOrigin = new("--web-origin") { Description = "a web page that may call by ws or wss besides this host's, repeatable", HelpName = "ORIGIN" };
    private readonly Option<string> _account = new("--account") { Description = "an account to call with (not there yet)", HelpName = "NAME" };
    private readonly Option<string> _mic = new("--mic") { Description = "device[:NAME], file:PATH.wav, file+loop:PATH.wav, tone:HZ or silence", HelpName = "SOURCE" };
    private readonly Option<string> _speaker = new("--speaker") { Description = "device[:NAME], file:PATH.wav or null", HelpName = "SINK" };
    private readonly Option<string> _codecs = new("--codecs") { Description = "in order of preference, of opus,g722,pcmu,pcma", HelpName = "LIST" };
    private readonly NumberOption _ptime = new("--ptime") { Description = "milliseconds of sound in a packet, 2.5 to 60", HelpName = "MS" };
    private readonly Option<int?> _bitrate = new("--bitrate") { Description = "of opus, 6000 to 510000", HelpName = "BPS" };
    private readonly Option<int?> _complexity = new("--complexity") { Description = "of the opus encoder, 0 to 10 (8)", HelpName = "N" };
    private readonly Option<string> _security = new("--security") { Description = "what is allowed for media, best first, of dtls,sdes,none (dtls, then sdes where signalling is tls or wss); none is media in clear", HelpName = "LIST" };
    private readonly Option<string> _ice = new("--ice") { Description = "looks for a way through NATs by ICE (on)", HelpName = "on|off" };
    private readonly Option<string> _stun = new("--stun") { Description = "a STUN server, which tells how NATs let us be seen", HelpName = "HOST:PORT" };
    private readonly Option<string[]> _turn = new("--turn") { Description = "a relay for where nothing else gets through, turn:NAME:PASSWORD@HOST or turns:…, repeatable; name and password may be in EARSHOT_TURN_USER and EARSHOT_TURN_PASSWORD", HelpName = "URI" };
    private readonly Option<string> _mediaPorts = new("--media-ports") { Description = "range of ports for media; each call takes two", HelpName = "A-B" };
    private readonly Option<string> _pcap = new("--pcap") { Description = "write every packet, SIP and media, to this file (Wireshark reads it)", HelpName = "FILE" };
    private readonly Option<string> _record = new("--record") { Description = "record the call: left what we said, right what we heard", HelpName = "FILE.wav" };
    private readonly NumberOption _ringTimeout = new("--ring-timeout") { Description = "give up when nobody answers for so long (60)", HelpName = "SECONDS" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_listen, _transport, _tlsCert, _tlsKey, _tlsRoots, _webOrigin, _account, _mic, _speaker, _codecs, _ptime, _bitrate, _complexity,
            _security, _ice, _stun, _turn, _mediaPorts, _pcap, _record])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Adds the microphone and the speaker alone.</summary>
    public void AddEndsTo(Command command)
    {
        command.Options.Add(_mic);
        command.Options.Add(_speaker);
    }

    /// <summary>Adds <c>--ring-timeout</c>, which only a caller has.</summary>
    public void AddRingTimeoutTo(Command command) => command.Options.Add(_ringTimeout);

    /// <summary>Checks what was said and makes it the phone's options.</summary>
    /// <exception cref="UsageException">A value is off, or names what is not there yet.</exception>
    public PhoneOptions Read(ParseResult said, string defaultListen, string? microphone = null, string? speaker = null)
    {
        RefuseWhatIsNotThereYet(said);
        RefuseOpusOptionsWithoutOpus(said);
        var (first, last) = OptionValues.PortRange(said.GetValue(_mediaPorts));
        var defaults = new PhoneOptions();
        var (certificate, chain) = Certificates.Own(said.GetValue(_tlsCert), said.GetValue(_tlsKey));
        return defaults with
        {
            TlsCertificate = certificate,
            TlsChain = chain,
            TlsRoots = Certificates.Roots(said.GetValue(_tlsRoots)),
            WebOrigins = said.GetValue(_webOrigin) ?? [],
            Listen = OptionValues.EndPoint("--listen", said.GetValue(_listen) ?? defaultListen),
            Transport = OptionValues.Transport(said.GetValue(_transport)),
            Microphone = said.GetValue(_mic) ?? microphone ?? defaults.Microphone,
            Speaker = said.GetValue(_speaker) ?? speaker ?? defaults.Speaker,
            Codecs = OptionValues.Codecs(said.GetValue(_codecs)) ?? defaults.Codecs,
            PacketTime = OptionValues.PacketTime(said.GetValue(_ptime)) ?? defaults.PacketTime,
            Bitrate = OptionValues.InRange("--bitrate", said.GetValue(_bitrate), 6000, 510000) ?? defaults.Bitrate,
            Complexity = OptionValues.InRange("--complexity", said.GetValue(_complexity), 0, 10) ?? defaults.Complexity,
            Security = OptionValues.Security(said.GetValue(_security)) ?? defaults.Security,
            Ice = OptionValues.Ice(said.GetValue(_ice)),
            StunServer = OptionValues.Server("--stun", said.GetValue(_stun), said.GetValue(_ice)),
            TurnServers = [.. (said.GetValue(_turn) ?? []).Select(turn => OptionValues.Server("--turn", turn, said.GetValue(_ice))!)],
            FirstMediaPort = first,
            LastMediaPort = last,
            PacketCaptureFile = OptionValues.Writable("--pcap", said.GetValue(_pcap)),
            RecordFile = OptionValues.Writable("--record", said.GetValue(_record)),
            WarmUp = true,
            RingTimeout = OptionValues.Seconds("--ring-timeout", said.GetValue(_ringTimeout)) ?? defaults.RingTimeout,
        };
    }

    /// <summary>Of those who only answer: a certificate is shown by TLS alone, and only WebSocket has pages.</summary>
    /// <exception cref="UsageException">One is said beside a transport that has no use for it.</exception>
    public void RefuseWhatNobodySees(ParseResult said, SipTransportChoice transport)
    {
        var isTls = transport is SipTransportChoice.Tls or SipTransportChoice.Wss;
        var isWeb = transport is SipTransportChoice.Ws or SipTransportChoice.Wss;
        Option[] idle = [.. isTls ? [] : (Option[])[_tlsCert, _tlsKey], .. isWeb ? [] : (Option[])[_webOrigin]];
        if (idle.FirstOrDefault(o => said.GetResult(o) is { Implicit: false }) is { } option)
            throw new UsageException($"{option.Name} does not apply to --transport {transport.ToString().ToLowerInvariant()}", $"Say --transport {(option == _webOrigin ? "ws or wss" : "tls or wss")}, or leave it out.");
    }

    /// <summary>Reads the microphone and the speaker alone.</summary>
    /// <exception cref="UsageException">One is not named as it has to be.</exception>
    public (AudioEnd Microphone, AudioEnd Speaker) ReadEnds(ParseResult said) => (
        AudioEnds.ParseSource(said.GetValue(_mic) ?? "device", out var wrong) ?? throw new UsageException("--mic: " + wrong),
        AudioEnds.ParseSink(said.GetValue(_speaker) ?? "device", out wrong) ?? throw new UsageException("--speaker: " + wrong));

    /// <summary>The first option said that only a call has; null when there is none.</summary>
    public string? FirstOfCallsOnly(ParseResult said) => ((Option[])[_listen, _transport, _tlsCert, _tlsKey, _tlsRoots, _webOrigin, _account, _codecs, _ptime, _bitrate, _complexity,
        _security, _ice, _stun, _turn, _mediaPorts, _pcap, _record]).FirstOrDefault(o => said.GetResult(o) is { Implicit: false })?.Name;

    private void RefuseOpusOptionsWithoutOpus(ParseResult said)
    {
        if (OptionValues.Codecs(said.GetValue(_codecs)) is not { } codecs || codecs.Contains("opus")) return;
        var option = said.GetValue(_bitrate) is not null ? "--bitrate" : said.GetValue(_complexity) is not null ? "--complexity" : null;
        if (option is not null) throw new UsageException($"{option} applies to opus only, and --codecs leaves it out", "Leave one of them out.");
    }

    private void RefuseWhatIsNotThereYet(ParseResult said)
    {
        if (said.GetValue(_account) is not null) throw new UsageException("--account: accounts are not there yet", "Call an address directly: earshot call sip:user@host");
    }
}
