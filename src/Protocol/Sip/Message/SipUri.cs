// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>A URI that is kept: an immutable copy of its bytes, equal by RFC 3261 §19.1.4.</summary>
internal sealed class SipUri : IEquatable<SipUri>
{
    private readonly byte[] _text;

    private SipUri(byte[] text) => _text = text;

    /// <summary>The bytes as they were parsed.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>The parts. Parsed anew at each call, without allocation.</summary>
    public SipUriView View => SipUriView.TryParse(_text, out SipUriView view) ? view : default;

    /// <summary>Copies a URI out of a message.</summary>
    public static SipUri From(in SipUriView view) => new(view.Text.ToArray());

    /// <summary>Parses and copies; false when the URI is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = SipUriView.TryParse(text, out SipUriView view) ? From(view) : null;
        return uri is not null;
    }

    /// <summary>Parses what a user typed; false when it is no URI.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SipUri? uri) => TryParse(Encoding.UTF8.GetBytes(text), out uri);

    /// <inheritdoc/>
    public bool Equals(SipUri? other) => other is not null && SipUriView.AreEqual(View, other.View);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SipUri);

    /// <summary>Only host and port of a SIP URI take part: parameters may differ between equal URIs.</summary>
    public override int GetHashCode()
    {
        SipUriView view = View;
        var hash = new HashCode();
        hash.Add(view.Scheme);
        hash.Add(view.Port);
        foreach (byte b in view.Host)
            hash.Add(b is >= (byte)'A' and <= (byte)'Z' ? b | 0x20 : b);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_text);
}
