// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Earshot.Protocol.Sdp;

/// <summary>The parameter list of an fmtp attribute: <c>name=value; name=value</c> (RFC 8866 §6.15, RFC 4855 §3).</summary>
/// <param name="Text">What stands after the payload type; empty for none.</param>
internal sealed record FormatParameters(string Text)
{
    /// <summary>No parameters.</summary>
    public static readonly FormatParameters None = new("");

    /// <summary>The value of a parameter; names are compared without case.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (var part in Text.AsSpan().Split(';'))
        {
            var item = Text.AsSpan()[part].Trim();
            var equals = item.IndexOf('=');
            var key = equals < 0 ? item : item[..equals].TrimEnd();
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            value = equals < 0 ? "" : item[(equals + 1)..].Trim().ToString();
            return true;
        }
        value = null;
        return false;
    }

    /// <summary>A parameter that is a whole number; null when absent or something else.</summary>
    public int? Number(string name) =>
        TryGet(name, out var value) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A parameter that is 0 or 1; false when absent.</summary>
    public bool Flag(string name) => Number(name) == 1;
}
