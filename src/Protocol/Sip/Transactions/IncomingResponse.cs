// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>A response that matched a transaction; it lives while it is handled.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class IncomingResponse(SipFlow flow, SipMessage message)
{
    /// <summary>Where it came from.</summary>
    public SipFlow Flow { get; } = flow;

    /// <summary>The message.</summary>
    public SipMessage Message { get; } = message;

    /// <summary>The status.</summary>
    public int Status => Message.Status;

    /// <summary>The reason phrase.</summary>
    public string Reason => Encoding.UTF8.GetString(Message.Reason);

    /// <summary>The To header field as written.</summary>
    public ReadOnlySpan<byte> To => Message[SipHeader.To];

    /// <summary>The tag of To.</summary>
    public string ToTag => Encoding.UTF8.GetString(Message.ToTag);

    /// <summary>A copy of the body.</summary>
    public ReadOnlyMemory<byte> Body => Message.Body.ToArray();

    /// <summary>When to try again, if it says so.</summary>
    public TimeSpan? RetryAfter => Message.TryGetRetryAfter(out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>A header field's text; null when it is absent.</summary>
    public string? Text(SipHeader header) => Message.TryGet(header, out var value) ? Encoding.UTF8.GetString(value) : null;
}
