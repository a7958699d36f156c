// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Verification;

/// <summary>What is kept of one peer; a line of the file.</summary>
/// <remarks>
/// <code>
///   reached|heard  confirmed certificate or -  last certificate  last string  day         address
///   reached        9F86D0…                     9F86D0…           2C26B4…      2026-03-01  sip:bob@example.org
/// </code>
/// </remarks>
/// <param name="Address">As <see cref="SipAddress"/> writes it.</param>
/// <param name="IsReached">We called and agreed by DTLS: nothing less is tried any more.</param>
/// <param name="Confirmed">SHA-256 of the certificate that a person confirmed; null for none.</param>
/// <param name="Last">SHA-256 of the certificate of the last call.</param>
/// <param name="Text">The string of the last call, hexadecimal.</param>
/// <param name="Day">Of the last call.</param>
internal sealed record PeerRecord(string Address, bool IsReached, string? Confirmed, string Last, string Text, DateOnly Day)
{
    private const string NoCertificate = "-";
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>A fingerprint as it is kept.</summary>
    public static string Kept(Fingerprint certificate) => Convert.ToHexString(certificate.ToBytes());

    /// <summary>The line.</summary>
    public string ToLine() =>
        string.Join(' ', IsReached ? "reached" : "heard", Confirmed ?? NoCertificate, Last, Text, Day.ToString(DayFormat, CultureInfo.InvariantCulture), Address);

    /// <summary>Reads a line.</summary>
    /// <returns>Null when it is none.</returns>
    public static PeerRecord? Parse(string line)
    {
        var parts = line.Split(' ');
        var isLine = parts is ["reached" or "heard", var confirmed, var last, var text, _, var address]
            && SipAddress.IsAddress(address)
            && (confirmed == NoCertificate || IsHex(confirmed, 64)) && IsHex(last, 64) && IsHex(text, AuthenticationString.Bits / 4);
        return isLine && DateOnly.TryParseExact(parts[4], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new(parts[5], parts[0] == "reached", parts[1] == NoCertificate ? null : parts[1], parts[2], parts[3], day)
            : null;
    }

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitUpper);
}
