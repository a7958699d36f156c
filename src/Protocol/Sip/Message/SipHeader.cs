// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Header fields that are found by number; any other keeps its name only (RFC 3261 §20 and the IANA registry).</summary>
internal enum SipHeader : byte
{
    /// <summary>A header field outside this list.</summary>
    Other,
    Via,
    From,
    To,
    CallId,
    CSeq,
    MaxForwards,
    Contact,
    Route,
    RecordRoute,
    ContentLength,
    ContentType,
    Allow,
    Supported,
    Require,
    ProxyRequire,
    Unsupported,
    UserAgent,
    Server,
    Expires,
    MinExpires,
    Accept,
    AcceptEncoding,
    AcceptLanguage,
    ContentEncoding,
    ContentDisposition,
    ContentLanguage,
    Authorization,
    WwwAuthenticate,
    ProxyAuthorization,
    ProxyAuthenticate,
    AuthenticationInfo,
    Date,
    Event,
    AllowEvents,
    SubscriptionState,
    ReferTo,
    ReferredBy,
    Replaces,
    Reason,
    RetryAfter,
    Warning,
    Subject,
    Timestamp,
    Organization,
    Priority,
    RSeq,
    RAck,
    SessionExpires,
    MinSE,
    InReplyTo,
    ReplyTo,
    AlertInfo,
    CallInfo,
    ErrorInfo,
    MimeVersion,
    SipETag,
    SipIfMatch,
    PAssertedIdentity,
    PPreferredIdentity,
    Privacy,
    Diversion,
    HistoryInfo,
    Path,
    ServiceRoute,
    Identity,
    RequestDisposition,
    AcceptContact,
    RejectContact,
    InfoPackage,
    RecvInfo,
}

/// <summary>Names of header fields: the long form for writing, long and compact forms without regard to case for reading.</summary>
internal static class SipHeaders
{
    private static readonly byte[][] Names = [.. Known().Select(k => Encoding.ASCII.GetBytes(k.Name))];
    private static readonly byte[] Compact = BuildCompact();

    // Open addressing over twice the number of names; a name's slot comes from its length and two of its letters.
    private static readonly byte[] Slots = BuildSlots();

    /// <summary>How many values <see cref="SipHeader"/> has.</summary>
    public const int Count = (int)SipHeader.RecvInfo + 1;

    /// <summary>The long form, as the registry writes it; empty for <see cref="SipHeader.Other"/>.</summary>
    public static ReadOnlySpan<byte> Name(this SipHeader header) => Names[(int)header];

    /// <summary>The header field with this name, or <see cref="SipHeader.Other"/>.</summary>
    public static SipHeader Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length < 2)
            return name.IsEmpty ? SipHeader.Other : (SipHeader)Compact[name[0]];

        for (int slot = Slot(name); Slots[slot] != 0; slot = (slot + 1) & 255)
        {
            ReadOnlySpan<byte> known = Names[Slots[slot]];
            if (known.SequenceEqual(name) || Ascii.EqualsIgnoreCase(known, name))
                return (SipHeader)Slots[slot];
        }

        return SipHeader.Other;
    }

    private static int Slot(ReadOnlySpan<byte> name) =>
        ((name.Length * 7) + ((name[0] | 0x20) * 31) + ((name[^2] | 0x20) * 11) + ((name[name.Length / 2] | 0x20) * 3)) & 255;

    private static byte[] BuildCompact()
    {
        var table = new byte[256];
        foreach ((SipHeader header, _, char letter) in Known())
        {
            if (letter != ' ')
                table[letter] = table[char.ToUpperInvariant(letter)] = (byte)header;
        }

        return table;
    }

    private static byte[] BuildSlots()
    {
        var slots = new byte[256];
        foreach ((SipHeader header, string name, _) in Known())
        {
            if (name.Length == 0)
                continue;

            int slot = Slot(Encoding.ASCII.GetBytes(name));
            while (slots[slot] != 0)
                slot = (slot + 1) & 255;
            slots[slot] = (byte)header;
        }

        return slots;
    }

    // In the order of the enum: the table of names is indexed by it.
    private static IEnumerable<(SipHeader Header, string Name, char Letter)> Known()
    {
        foreach (SipHeader header in Enum.GetValues<SipHeader>())
        {
            (string name, char letter) = Spelling(header);
            yield return (header, name, letter);
        }
    }

    private static (string Name, char Letter) Spelling(SipHeader header) => header switch
    {
        SipHeader.Other => ("", ' '),
        SipHeader.Via => ("Via", 'v'),
        SipHeader.From => ("From", 'f'),
        SipHeader.To => ("To", 't'),
        SipHeader.CallId => ("Call-ID", 'i'),
        SipHeader.CSeq => ("CSeq", ' '),
        SipHeader.Contact => ("Contact", 'm'),
        SipHeader.ContentLength => ("Content-Length", 'l'),
        SipHeader.ContentType => ("Content-Type", 'c'),
        SipHeader.ContentEncoding => ("Content-Encoding", 'e'),
        SipHeader.Supported => ("Supported", 'k'),
        SipHeader.Subject => ("Subject", 's'),
        SipHeader.Event => ("Event", 'o'),
        SipHeader.AllowEvents => ("Allow-Events", 'u'),
        SipHeader.ReferTo => ("Refer-To", 'r'),
        SipHeader.ReferredBy => ("Referred-By", 'b'),
        SipHeader.SessionExpires => ("Session-Expires", 'x'),
        SipHeader.Identity => ("Identity", 'y'),
        SipHeader.RequestDisposition => ("Request-Disposition", 'd'),
        SipHeader.AcceptContact => ("Accept-Contact", 'a'),
        SipHeader.RejectContact => ("Reject-Contact", 'j'),
        SipHeader.WwwAuthenticate => ("WWW-Authenticate", ' '),
        SipHeader.RSeq => ("RSeq", ' '),
        SipHeader.RAck => ("RAck", ' '),
        SipHeader.MinSE => ("Min-SE", ' '),
        SipHeader.MimeVersion => ("MIME-Version", ' '),
        SipHeader.SipETag => ("SIP-ETag", ' '),
        SipHeader.SipIfMatch => ("SIP-If-Match", ' '),
        _ => (Hyphenated(header.ToString()), ' '),
    };

    // MaxForwards → Max-Forwards: true of every name that is not spelled out above.
    private static string Hyphenated(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append('-');
            text.Append(c);
        }

        return text.ToString();
    }
}
