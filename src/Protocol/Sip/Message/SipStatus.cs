// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Default reason phrases of status codes (RFC 3261 §21 and the IANA registry).</summary>
internal static class SipStatus
{
    /// <summary>The phrase that the registry gives, or the class's name for a code nobody registered.</summary>
    public static ReadOnlySpan<byte> ReasonPhrase(int status) => status switch
    {
        < 200 => Provisional(status),
        < 300 => Success(status),
        < 400 => Redirection(status),
        < 500 => ClientError(status),
        < 600 => ServerError(status),
        _ => GlobalFailure(status),
    };

    private static ReadOnlySpan<byte> Provisional(int status) => status switch
    {
        100 => "Trying"u8,
        180 => "Ringing"u8,
        181 => "Call Is Being Forwarded"u8,
        182 => "Queued"u8,
        183 => "Session Progress"u8,
        199 => "Early Dialog Terminated"u8,
        _ => "Progress"u8,
    };

    private static ReadOnlySpan<byte> Success(int status) => status switch
    {
        202 => "Accepted"u8,
        204 => "No Notification"u8,
        _ => "OK"u8,
    };

    private static ReadOnlySpan<byte> Redirection(int status) => status switch
    {
        300 => "Multiple Choices"u8,
        301 => "Moved Permanently"u8,
        302 => "Moved Temporarily"u8,
        305 => "Use Proxy"u8,
        380 => "Alternative Service"u8,
        _ => "Redirected"u8,
    };

    private static ReadOnlySpan<byte> ClientError(int status) => status switch
    {
        400 => "Bad Request"u8,
        401 => "Unauthorized"u8,
        402 => "Payment Required"u8,
        403 => "Forbidden"u8,
        404 => "Not Found"u8,
        405 => "Method Not Allowed"u8,
        406 => "Not Acceptable"u8,
        407 => "Proxy Authentication Required"u8,
        408 => "Request Timeout"u8,
        410 => "Gone"u8,
        412 => "Conditional Request Failed"u8,
        413 => "Request Entity Too Large"u8,
        414 => "Request-URI Too Long"u8,
        415 => "Unsupported Media Type"u8,
        416 => "Unsupported URI Scheme"u8,
        420 => "Bad Extension"u8,
        421 => "Extension Required"u8,
        422 => "Session Interval Too Small"u8,
        423 => "Interval Too Brief"u8,
        433 => "Anonymity Disallowed"u8,
        469 => "Bad Info Package"u8,
        480 => "Temporarily Unavailable"u8,
        481 => "Call/Transaction Does Not Exist"u8,
        482 => "Loop Detected"u8,
        483 => "Too Many Hops"u8,
        484 => "Address Incomplete"u8,
        485 => "Ambiguous"u8,
        486 => "Busy Here"u8,
        487 => "Request Terminated"u8,
        488 => "Not Acceptable Here"u8,
        489 => "Bad Event"u8,
        491 => "Request Pending"u8,
        493 => "Undecipherable"u8,
        494 => "Security Agreement Required"u8,
        _ => "Request Failed"u8,
    };

    private static ReadOnlySpan<byte> ServerError(int status) => status switch
    {
        500 => "Server Internal Error"u8,
        501 => "Not Implemented"u8,
        502 => "Bad Gateway"u8,
        503 => "Service Unavailable"u8,
        504 => "Server Time-out"u8,
        505 => "Version Not Supported"u8,
        513 => "Message Too Large"u8,
        580 => "Precondition Failure"u8,
        _ => "Server Error"u8,
    };

    private static ReadOnlySpan<byte> GlobalFailure(int status) => status switch
    {
        600 => "Busy Everywhere"u8,
        603 => "Decline"u8,
        604 => "Does Not Exist Anywhere"u8,
        606 => "Not Acceptable"u8,
        607 => "Unwanted"u8,
        _ => "Global Failure"u8,
    };
}
