// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>Name fragment and password of one side (RFC 8445 §5.3). Immutable.</summary>
/// <param name="Ufrag">4 to 256 characters.</param>
/// <param name="Password">22 to 256 characters.</param>
internal sealed record IceCredentials(string Ufrag, string Password)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    // 24 bits tell sessions apart, 144 keep strangers out; RFC 8839 §5.4 asks for 24 and 128.
    private const int UfragLength = 4;
    private const int PasswordLength = 24;

    /// <summary>As long and as spelled as RFC 8839 §5.4 wants them?</summary>
    public bool IsValid => Ufrag.Length is >= 4 and <= 256 && Password.Length is >= 22 and <= 256
        && CandidateLine.IsIceText(Ufrag) && CandidateLine.IsIceText(Password);

    /// <summary>Fresh ones.</summary>
    public static IceCredentials Draw(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[UfragLength + PasswordLength];
        random.Fill(bytes);
        Span<char> text = stackalloc char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            text[i] = Alphabet[bytes[i] & 63];
        return new(text[..UfragLength].ToString(), text[UfragLength..].ToString());
    }

    /// <summary>Never the password.</summary>
    public override string ToString() => Ufrag;
}
