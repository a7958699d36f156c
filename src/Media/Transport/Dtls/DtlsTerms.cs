// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>What one association needs to know. Immutable.</summary>
internal sealed record DtlsTerms
{
    /// <summary>Who we are.</summary>
    public required DtlsIdentity Identity { get; init; }

    /// <summary>The only certificates that the peer may show.</summary>
    public required FingerprintSet Peer { get; init; }

    /// <summary>The one certificate that a person has confirmed, whatever signalling says; null when none was.</summary>
    public Fingerprint? Confirmed { get; init; }

    /// <summary>We send the ClientHello.</summary>
    public required bool IsClient { get; init; }

    /// <summary>Counts the call's associations; the keys carry it.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>SRTP profiles in order: as server the first that the peer names is taken. To a browser that answers offer GCM alone where GCM is wanted: it prefers AES-CM.</summary>
    public IReadOnlyList<SrtpProfile> Profiles { get; init; } = DtlsProfiles.Default;

    /// <summary>Most bytes of a datagram: what passes IPv6's smallest link, less headers.</summary>
    public int LargestDatagram { get; init; } = 1200;

    /// <summary>How long all of it may take once it is awaited, waiting for the peer's first word included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>False while nobody has taken the call: it has all the time that its ringing has, until <see cref="DtlsSession.Demand"/>.</summary>
    public bool IsAwaited { get; init; } = true;

    /// <summary>First pause before a flight is sent again; doubled each time.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromMilliseconds(75);
}
