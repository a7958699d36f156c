// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Earshot.Media.Codecs.Opus;

namespace Earshot;

/// <summary>How SIP travels.</summary>
public enum SipTransportChoice
{
    /// <summary>UDP, and TCP for requests over 1300 bytes (RFC 3261 §18.1.1).</summary>
    Udp,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>TLS: nobody on the way reads or changes the signalling. To be called so, a phone needs <see cref="PhoneOptions.TlsCertificate"/>.</summary>
    Tls,

    /// <summary>WebSocket (RFC 7118), in clear: for web pages of this machine.</summary>
    Ws,

    /// <summary>Secure WebSocket, for web pages. To be called so, a phone needs <see cref="PhoneOptions.TlsCertificate"/>.</summary>
    Wss,
}

/// <summary>How the keys of the encrypted media are agreed.</summary>
public enum MediaSecurityMethod
{
    /// <summary>SRTP with keys in the session description (RFC 4568): encrypted, but whoever reads the signalling reads the keys.</summary>
    Sdes,

    /// <summary>RTP in clear. Only ever used when it is asked for by name.</summary>
    None,

    /// <summary>SRTP with keys by DTLS (RFC 5763): agreed between the phones, so that whoever only reads the signalling hears nothing.</summary>
    Dtls,
}

/// <summary>What a <see cref="Phone"/> is made of. Every value has a default that works.</summary>
public sealed record PhoneOptions
{
    /// <summary>What is offered when nobody names codecs; one whose library is missing is left out, with a notice.</summary>
    internal static readonly IReadOnlyList<string> UsualCodecs = ["opus", "g722", "pcmu", "pcma"];

    /// <summary>What is allowed when nobody names a method; SDES of it only where the signalling is protected.</summary>
    internal static readonly IReadOnlyList<MediaSecurityMethod> UsualSecurity = [MediaSecurityMethod.Dtls, MediaSecurityMethod.Sdes];

    /// <summary>As <see cref="UsualSecurity"/>, over clear signalling; and for whom DTLS is known to be spoken.</summary>
    internal static readonly IReadOnlyList<MediaSecurityMethod> DtlsAlone = [MediaSecurityMethod.Dtls];

    /// <summary>Where SIP listens; port 0 picks a free one. UDP and TCP alike, or what <see cref="Transport"/> says alone: a phone asked for TLS takes nothing in clear.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Any, 0);

    /// <summary>How calls are placed, and what those speak who call us.</summary>
    public SipTransportChoice Transport { get; init; }

    /// <summary>Shown, with its private key, to those who call us by TLS or secure WebSocket; it names the host of our address. Null: nobody can.</summary>
    public X509Certificate2? TlsCertificate { get; init; }

    /// <summary>Certificates between ours and its root, shown with it.</summary>
    public X509Certificate2Collection TlsChain { get; init; } = [];

    /// <summary>Roots believed besides the system's, in TLS.</summary>
    public X509Certificate2Collection TlsRoots { get; init; } = [];

    /// <summary>Web pages, by their origin (<c>https://phone.example</c>), that may call by WebSocket besides those of this host; <c>*</c> for all.</summary>
    public IReadOnlyList<string> WebOrigins { get; init; } = [];

    /// <summary>The user part of our address, e.g. <c>alice</c>; what may not stand in a SIP URI is escaped. Empty for an address of the host alone.</summary>
    public string User { get; init; } = "earshot";

    /// <summary>Shown to the people we call; null shows the address alone.</summary>
    public string? DisplayName { get; init; }

    /// <summary><c>device[:NAME]</c>, <c>file:PATH.wav</c>, <c>file+loop:PATH.wav</c>, <c>tone:HZ</c> or <c>silence</c>.</summary>
    public string Microphone { get; init; } = "device";

    /// <summary><c>device[:NAME]</c>, <c>file:PATH.wav</c> or <c>null</c>.</summary>
    public string Speaker { get; init; } = "device";

    /// <summary>Sound in one block of the card: 2.5 to 20 ms.</summary>
    public TimeSpan Block { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Codecs in order of preference: <c>opus</c>, <c>g722</c>, <c>pcmu</c>, <c>pcma</c>. Left alone, those whose library is there.</summary>
    public IReadOnlyList<string> Codecs { get; init; } = UsualCodecs;

    /// <summary>Sound in one packet: 2.5 to 60 ms, as the codec allows.</summary>
    public TimeSpan PacketTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bits per second for opus, 6000 to 510000.</summary>
    public int Bitrate { get; init; } = 32000;

    /// <summary>Effort of the opus encoder, 0 to 10. 8 sounds as 10 does; 5 takes a third less of the processor and is heard (PESQ-WB of three voices at 32 kbit/s 3.8 instead of 4.0).</summary>
    public int Complexity { get; init; } = OpusEncoderSettings.StandardComplexity;

    /// <summary>What is allowed for media, best first. Left alone: <see cref="MediaSecurityMethod.Dtls"/>, then, where signalling is TLS or secure WebSocket, <see cref="MediaSecurityMethod.Sdes"/>.</summary>
    /// <remarks>
    /// The first is offered; a refusal of it (488) is followed by the next in a new INVITE, but not to somebody who was reached by
    /// <see cref="MediaSecurityMethod.Dtls"/> before. A call that comes is answered as it asks, if that is allowed. A list that is given holds anywhere: with
    /// <see cref="MediaSecurityMethod.Sdes"/> in it keys may travel in clear signalling. Without <see cref="MediaSecurityMethod.None"/> a peer that cannot encrypt is refused;
    /// with it alone our own calls are in clear, and one that comes and offers encryption (by SDES) is answered encrypted, and says so.
    /// </remarks>
    public IReadOnlyList<MediaSecurityMethod> Security { get; init; } = UsualSecurity;

    /// <summary>The file of the certificate and key that prove who we are in <see cref="MediaSecurityMethod.Dtls"/>; made when it is missing, readable by its owner alone. Null: in the user's data folder. Beside it, with the ending <c>.peers</c>, lies who was called (<see cref="KnownPeers"/>).</summary>
    public string? IdentityFile { get; init; }

    /// <summary>Looks for a way to the other side by ICE (RFC 8445): offered, and answered where it is offered. Peers without it get plain RTP.</summary>
    public bool Ice { get; init; } = true;

    /// <summary>Tells us how NATs let us be seen: <c>HOST</c>, <c>HOST:PORT</c> or a <c>stun:</c> URI (RFC 7064); null asks nobody.</summary>
    public string? StunServer { get; init; }

    /// <summary>Relays for where nothing else gets through: <c>turn:NAME:PASSWORD@HOST[:PORT][?transport=tcp]</c>, over TLS <c>turns:</c> (RFC 7065, with the account in front of the host). Never logged.</summary>
    public IReadOnlyList<string> TurnServers { get; init; } = [];

    /// <summary>So long a description waits for what they say.</summary>
    internal TimeSpan GatheringLimit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>First port for media; 0 lets the system pick.</summary>
    public int FirstMediaPort { get; init; }

    /// <summary>Last port for media; 0 lets the system pick.</summary>
    public int LastMediaPort { get; init; }

    /// <summary>A call that we place rings so long.</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A call that sends us nothing for so long is ended.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Calls that may ring here at once, unanswered; one more is told 486. At least 1.</summary>
    public int MaxUnansweredCalls { get; init; } = 32;

    /// <summary>As <see cref="MaxUnansweredCalls"/>, of one network address. More for a phone that queues the calls of a whole exchange. At least 1.</summary>
    public int MaxUnansweredCallsPerAddress { get; init; } = 8;

    /// <summary>Writes every packet, signalling and media, as on the wire, to a pcap file; null writes none.</summary>
    public string? PacketCaptureFile { get; init; }

    /// <summary>Records calls to a stereo WAV file: left what we said, right what we heard; null records nothing.</summary>
    public string? RecordFile { get; init; }

    /// <summary>Shakes hands with itself and, unless a call has begun by then, calls itself once on loopback, silently and beside everything else, so that the first real call of a process is as quick as the next.</summary>
    public bool WarmUp { get; init; }

    /// <summary>False for a phone that calls nobody but itself: nothing of its calls is remembered.</summary>
    internal bool KeepsPeers { get; init; } = true;

    /// <summary>Puts a measuring voice between the card and each call; null puts none.</summary>
    internal Func<Audio.Ends.IVoice, Audio.Ends.IVoice>? Probe { get; init; }
}

/// <summary>What one call does differently.</summary>
public sealed record CallOptions
{
    /// <summary>Sends what is heard back to the caller instead of using the sound card.</summary>
    public bool Echo { get; init; }

    /// <summary>Who calls: its address, its servers and its password. Null calls as this phone, from its own address. One that is registered calls over its registration's way.</summary>
    public Account? Account { get; init; }

    /// <summary>Is told each step of the call from its first one on, on the phone's own thread: be quick, do not block.</summary>
    public Action<CallEvent>? OnEvent { get; init; }
}
