// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Protocol.Sip;

/// <content>Responses from requests (RFC 3261 §8.2.6, §18.2.1, RFC 3581 §4).</content>
internal sealed partial class SipMessageWriter
{
    /// <summary>
    /// Starts a response with what a request demands back: every Via in order, From, To, Call-ID, CSeq, and Record-Route where a dialog
    /// may come of it (101–299). Works on malformed requests too: what is there is copied.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="reason">The reason phrase; empty takes the registry's.</param>
    /// <param name="toTag">The tag for To, added unless To has one already or the status is 100; empty adds none.</param>
    /// <param name="source">Where the request came from: fills received and rport of the top Via; null leaves it as it is.</param>
    /// <param name="sourcePort">The port it came from.</param>
    public void StartResponse(
        SipMessage request, int status, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> toTag, IPAddress? source = null, int sourcePort = 0)
    {
        StartResponse(status, reason);
        CopyVias(request, source, sourcePort);
        CopyAll(request, SipHeader.From);
        CopyTo(request, status == 100 ? default : toTag);
        CopyAll(request, SipHeader.CallId);
        CopyAll(request, SipHeader.CSeq);
        if (status is > 100 and < 300)
            CopyAll(request, SipHeader.RecordRoute);
        if (status == 100)
            CopyAll(request, SipHeader.Timestamp); // §8.2.6.1: the caller measures the round trip with it
    }

    private void CopyVias(SipMessage request, IPAddress? source, int sourcePort)
    {
        bool isTop = source is not null;
        foreach (ReadOnlySpan<byte> value in request.Values(SipHeader.Via))
        {
            if (isTop && Sip.Via.TryParse(value, out Via via))
                TopVia(via, source!, sourcePort);
            else
                Header(SipHeader.Via, value);
            isTop = false;
        }
    }

    // received is always added when rport was asked for, else only where sent-by does not already say it.
    private void TopVia(in Via via, IPAddress source, int sourcePort)
    {
        BeginHeader(SipHeader.Via);
        Append(via.Text[..(via.Text.Length - via.Parameters.Text.Length)]);
        foreach (SipParameter parameter in via.Parameters)
        {
            if (SipText.EqualsIgnoreCase(parameter.Name, "received"u8) || SipText.EqualsIgnoreCase(parameter.Name, "rport"u8))
                continue;
            Append(";"u8);
            Append(parameter.Name);
            if (parameter.Value.IsEmpty)
                continue;
            Append("="u8);
            Append(parameter.Value);
        }

        if (via.HasRport || !IsSame(via.Host, source))
        {
            Append(";received="u8);
            Append(source);
        }

        if (via.HasRport)
        {
            Append(";rport="u8);
            Append(sourcePort);
        }

        EndHeader();
    }

    private static bool IsSame(ReadOnlySpan<byte> host, IPAddress source) =>
        IPAddress.TryParse(host, out IPAddress? address)
        && (address.Equals(source) || address.MapToIPv6().Equals(source.MapToIPv6()));

    private void CopyTo(SipMessage request, ReadOnlySpan<byte> tag)
    {
        if (!request.TryGet(SipHeader.To, out ReadOnlySpan<byte> to))
            return;
        BeginHeader(SipHeader.To);
        Append(to);
        if (!tag.IsEmpty && request.TryGetTo(out NameAddress address) && address.Tag.IsEmpty)
        {
            Append(";tag="u8);
            Append(tag);
        }

        EndHeader();
    }
}
