// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Stun;

/// <summary>The OpaqueString profile (RFC 8265 §4.2) of names and passwords: every kind of space is a space, then composition (NFC).</summary>
/// <remarks>Text that cannot be composed is taken as it is: a wrong password fails at the server, with a reason.</remarks>
internal static class OpaqueString
{
    /// <summary>The form that goes into a key.</summary>
    public static string Prepare(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var spaced = string.Create(text.Length, text, static (to, from) =>
        {
            for (int i = 0; i < from.Length; i++)
                to[i] = char.GetUnicodeCategory(from[i]) == UnicodeCategory.SpaceSeparator ? ' ' : from[i];
        });
        try
        {
            return spaced.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return spaced;
        }
        catch (PlatformNotSupportedException)
        {
            return spaced;
        }
    }
}
