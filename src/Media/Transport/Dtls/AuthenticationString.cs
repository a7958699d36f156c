// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>One side of a call, as both sides know it.</summary>
/// <param name="Identity">The address that both sides have for it, e.g. <c>sip:bob@example.org</c>.</param>
/// <param name="Certificate">SHA-256 of the certificate that it shows.</param>
internal sealed record CallParty(string Identity, Fingerprint Certificate);

/// <summary>What two people read to each other to know that nobody is between them: words, or digits, that are alike on both sides only when both see the same two certificates.</summary>
/// <remarks>
/// <code>
///   "earshot verification 1" ‖ low party ‖ high party ─► PBKDF2-HMAC-SHA-256, 65,536 rounds ─► 128 bits ─► 16 words, or 40 digits
///        party = length ‖ identity ‖ fingerprint;  low before high by their bytes, so that both sides write the same
/// </code>
/// Who stands in the middle chooses two certificates, one towards each side, and so needs no particular string but two equal ones: half the bits in tries
/// (docs/security.md). That is why it must not be shortened, and why each try is made 2^17 hashes dear.
/// </remarks>
internal sealed class AuthenticationString
{
    /// <summary>Bits of it.</summary>
    public const int Bits = 128;

    private const int Rounds = 65_536;
    private const int Digits = 40;
    private const int DigitsInGroup = 5;

    private static readonly byte[] Domain = "earshot verification 1"u8.ToArray();

    private readonly byte[] _value;

    private AuthenticationString(byte[] value) => _value = value;

    /// <summary>The bits, for comparing with what was confirmed.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>16 words of the PGP word list: two and three syllables in turn, so that a word left out or turned around is heard.</summary>
    public IReadOnlyList<string> Words => [.. _value.Select(PgpWords.WordFor)];

    /// <summary>The same as 40 digits, five by five.</summary>
    public string DigitsText
    {
        get
        {
            string digits = new BigInteger(_value, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');
            return string.Join(' ', digits.Chunk(DigitsInGroup).Select(group => new string(group)));
        }
    }

    /// <summary>The string of a call; the same on both sides. Takes some 20 ms, on purpose: not for a real-time thread.</summary>
    public static AuthenticationString Of(CallParty one, CallParty other) => new(Compute(one, other, Rounds));

    /// <summary>One that was computed before.</summary>
    /// <param name="value">Its bits.</param>
    public static AuthenticationString From(ReadOnlySpan<byte> value) =>
        value.Length == Bits / 8 ? new(value.ToArray()) : throw new ArgumentException("another length than an authentication string has", nameof(value));

    /// <summary>For people: the words.</summary>
    public override string ToString() => string.Join(' ', Words);

    /// <summary>The bits after so many rounds.</summary>
    internal static byte[] Compute(CallParty one, CallParty other, int rounds)
    {
        byte[] a = BytesOf(one);
        byte[] b = BytesOf(other);
        byte[] both = a.AsSpan().SequenceCompareTo(b) <= 0 ? [.. a, .. b] : [.. b, .. a];
        return Rfc2898DeriveBytes.Pbkdf2(both, Domain, rounds, HashAlgorithmName.SHA256, Bits / 8);
    }

    // The length in front: no two pairs of parties are written alike.
    private static byte[] BytesOf(CallParty party)
    {
        byte[] identity = Encoding.UTF8.GetBytes(party.Identity.Trim().ToLowerInvariant());
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, identity.Length);
        return [.. length, .. identity, .. party.Certificate.ToBytes()];
    }
}
