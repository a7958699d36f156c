// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Responses as bytes (RFC 3261 §8.2.6, RFC 3581).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class ResponseWriter(SipCoreOptions options, UserAgentCapabilities capabilities)
{
    private readonly SipMessageWriter _writer = new();

    /// <summary>What a response says beyond its status.</summary>
    internal readonly record struct Content
    {
        /// <summary>The reason phrase; null takes the registry's.</summary>
        public string? Reason { get; init; }

        /// <summary>Our tag.</summary>
        public string? ToTag { get; init; }

        /// <summary>The user of Contact; null writes none.</summary>
        public string? ContactUser { get; init; }

        /// <summary>The whole of Contact; null for the flow's own address with <see cref="ContactUser"/>.</summary>
        public string? Contact { get; init; }

        /// <summary>True writes Allow, Supported and Accept.</summary>
        public bool Capabilities { get; init; }

        /// <summary>Seconds of Retry-After.</summary>
        public int? RetryAfter { get; init; }

        /// <summary>More header fields.</summary>
        public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

        /// <summary>SDP, or empty.</summary>
        public ReadOnlyMemory<byte> Body { get; init; }
    }

    /// <summary>Writes a response, with the header fields that an inspected refusal (405, 415, 420) needs.</summary>
    public ReadOnlyMemory<byte> Write(SipFlow flow, SipMessage request, int status, in Content content = default)
    {
        _writer.StartResponse(request, status, Encoding.UTF8.GetBytes(content.Reason ?? ""), Encoding.UTF8.GetBytes(content.ToTag ?? ""),
            flow.Remote.Address, flow.Remote.Port);
        if (content.Contact is { } contact) _writer.Header(SipHeader.Contact, contact);
        else if (content.ContactUser is { } user) _writer.Header(SipHeader.Contact, $"<{RequestWriter.UriOn(flow, user, withTransport: true, IsSips(request))}>");
        if (content.Capabilities) WriteCapabilities();
        else RequestInspection.WriteHeaders(_writer, request, capabilities, status);
        if (content.RetryAfter is { } seconds) _writer.Header(SipHeader.RetryAfter, seconds);
        foreach (var (name, value) in content.Headers ?? [])
        {
            _writer.BeginHeader(Encoding.UTF8.GetBytes(name));
            _writer.Append(value);
            _writer.EndHeader();
        }

        if (status > 100) _writer.Header(SipHeader.Server, options.UserAgent);
        return _writer.Finish(content.Body.Span, content.Body.IsEmpty ? default : "application/sdp"u8).ToArray();
    }

    private static bool IsSips(SipMessage request) => request.RequestUriText.Length > 5 && SipText.EqualsIgnoreCase(request.RequestUriText[..5], "sips:"u8);

    private void WriteCapabilities()
    {
        RequestInspection.WriteAllow(_writer, capabilities);
        RequestInspection.WriteSupported(_writer, capabilities);
        RequestInspection.WriteAccept(_writer, capabilities);
        RequestInspection.WriteRecvInfo(_writer, capabilities);
    }
}
