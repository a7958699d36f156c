// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Output;

/// <summary>The words that scripts see in <c>ended</c>.</summary>
internal static class ReasonWords
{
    public static string Of(CallEndReason reason) => reason switch
    {
        CallEndReason.HungUp => "hung-up",
        CallEndReason.RemoteHungUp => "remote-hung-up",
        CallEndReason.Cancelled => "cancelled",
        CallEndReason.Rejected => "rejected",
        CallEndReason.Busy => "busy",
        CallEndReason.Declined => "declined",
        CallEndReason.NoAnswer => "no-answer",
        CallEndReason.NotFound => "not-found",
        CallEndReason.Unavailable => "unavailable",
        CallEndReason.NeedsAccount => "needs-account",
        CallEndReason.Redirected => "redirected",
        CallEndReason.Unreachable => "unreachable",
        CallEndReason.NetworkError => "network-error",
        CallEndReason.UnknownHost => "unknown-host",
        CallEndReason.NotEncrypted => "not-encrypted",
        CallEndReason.NotTrusted => "not-trusted",
        CallEndReason.NoCommonCodec => "no-common-codec",
        CallEndReason.MediaSilent => "media-silent",
        CallEndReason.ShutDown => "shut-down",
        _ => "failed",
    };
}
