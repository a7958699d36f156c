// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot;

/// <summary>How sure it is that nobody is between the two phones of a call.</summary>
/// <remarks>Both sides have the same words and digits only when both see the same two certificates. 128 bits: two people compare all of them.</remarks>
public sealed record PeerVerification
{
    internal PeerVerification(AuthenticationString text, Fingerprint certificate, string? confirmedAs) =>
        (Text, Certificate, ConfirmedAs) = (text, certificate, confirmedAs);

    /// <summary>A person has confirmed this certificate for this contact: in this call, or in an earlier one.</summary>
    public bool IsConfirmed => ConfirmedAs is not null;

    /// <summary>The address of the contact whose certificate this is, as <see cref="KnownPeer.Address"/>; null when nobody has confirmed it.</summary>
    /// <remarks>Somebody without an account has another address, or port, from call to call: there the certificate says who it is, not what <see cref="Call.RemoteUri"/> claims.</remarks>
    public string? ConfirmedAs { get; internal init; }

    /// <summary>The authentication string as 16 words, the same on both sides.</summary>
    public string Words => Text.ToString();

    /// <summary>The same as 40 digits, in groups of five.</summary>
    public string Digits => Text.DigitsText;

    /// <summary>SHA-256 of the other side's certificate, as a session description writes it.</summary>
    public string Fingerprint => Certificate.ToString();

    internal AuthenticationString Text { get; }

    internal Fingerprint Certificate { get; }
}
