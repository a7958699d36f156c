// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>What is to be done with bytes that came from the network.</summary>
internal enum SipParseOutcome : byte
{
    /// <summary>A message that the layers above may handle.</summary>
    Ok,

    /// <summary>A faulty request that can be answered: <see cref="SipParseResult.Status"/> says with what.</summary>
    Malformed,

    /// <summary>Nothing to answer: a faulty response or ACK, a request without a Via, or no SIP at all.</summary>
    Discard,

    /// <summary>Only line ends: a keep-alive (RFC 5626 §3.5.1).</summary>
    KeepAlive,
}

/// <summary>The typed outcome of <see cref="SipMessage.Parse"/>.</summary>
/// <param name="Outcome">What is to be done.</param>
/// <param name="Status">The status a user agent server answers a malformed request with (400, 505, 513); 0 when it is well-formed.</param>
/// <param name="Fault">What is wrong, fit for the reason phrase of that answer and for a log line; null when nothing is.</param>
internal readonly record struct SipParseResult(SipParseOutcome Outcome, int Status, string? Fault)
{
    /// <summary>A well-formed message.</summary>
    public static readonly SipParseResult Ok;

    /// <summary>True for a well-formed message.</summary>
    public bool IsOk => Outcome == SipParseOutcome.Ok;
}
