// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>Why a call ended, as far as a person cares.</summary>
public enum CallEndReason
{
    /// <summary>We hung up.</summary>
    HungUp,

    /// <summary>The other side hung up.</summary>
    RemoteHungUp,

    /// <summary>The caller gave up before the call was answered.</summary>
    Cancelled,

    /// <summary>We refused the call.</summary>
    Rejected,

    /// <summary>The other side is in another call (486, 600).</summary>
    Busy,

    /// <summary>The other side refused the call (603, 403).</summary>
    Declined,

    /// <summary>It rang and nobody answered.</summary>
    NoAnswer,

    /// <summary>There is no such user (404, 604).</summary>
    NotFound,

    /// <summary>The user exists but cannot be reached now (480, 503).</summary>
    Unavailable,

    /// <summary>The server wants an account (401, 407).</summary>
    NeedsAccount,

    /// <summary>The user has moved; we do not follow by ourselves (3xx).</summary>
    Redirected,

    /// <summary>Nothing came back from the address.</summary>
    Unreachable,

    /// <summary>The address cannot be reached from here: refused, no route, no free port.</summary>
    NetworkError,

    /// <summary>The name has no address.</summary>
    UnknownHost,

    /// <summary>No encryption that both sides allow.</summary>
    NotEncrypted,

    /// <summary>No codec that both sides have.</summary>
    NoCommonCodec,

    /// <summary>The other side sent no media for too long.</summary>
    MediaSilent,

    /// <summary>The other side broke the protocol or refused for another reason.</summary>
    Failed,

    /// <summary>The phone was shut down.</summary>
    ShutDown,

    /// <summary>The certificate of the other side, or of its server, is not to be trusted.</summary>
    NotTrusted,
}

/// <summary>How a call ended.</summary>
/// <param name="Reason">Why, for a program.</param>
/// <param name="SipStatus">The SIP status that ended it; 200 after a call that was answered and hung up, 0 where none was seen.</param>
/// <param name="Message">Why, for a person, one line.</param>
/// <param name="Hint">What the user can do; null when there is nothing to do.</param>
public sealed record CallEnd(CallEndReason Reason, int SipStatus, string Message, string? Hint = null)
{
    /// <summary>False for a call that was answered and hung up by either side, cancelled or refused by us.</summary>
    public bool IsFailure => Reason is not (CallEndReason.HungUp or CallEndReason.RemoteHungUp or CallEndReason.Rejected
        or CallEndReason.Cancelled or CallEndReason.ShutDown);
}

/// <summary>The call could not be set up.</summary>
public sealed class CallFailedException : Exception
{
    /// <summary>Creates it from how the call ended.</summary>
    public CallFailedException(CallEnd end)
        : base(end is null ? null : end.Message) => End = end ?? throw new ArgumentNullException(nameof(end));

    /// <summary>Why, and what the user can do.</summary>
    public CallEnd End { get; }
}
