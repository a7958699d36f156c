// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>The bytes of checks and of their answers (RFC 8445 §7.1, §7.2.2, §7.3).</summary>
/// <remarks>Allocates nothing.</remarks>
internal static class CheckWriter
{
    /// <summary>Writes a queued message.</summary>
    public static bool TryWrite(IceSession session, in OutgoingStun message, Span<byte> buffer, out int length) => message.Kind switch
    {
        OutgoingKind.Check => TryWriteCheck(session, message, buffer, out length),
        OutgoingKind.Success => TryWriteSuccess(message, buffer, out length),
        _ => TryWriteError(message, buffer, out length),
    };

    private static bool TryWriteCheck(IceSession session, in OutgoingStun message, Span<byte> buffer, out int length)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, message.Id);
        writer.Add(StunAttribute.Username, message.Generation.Username);
        writer.AddUInt32(StunAttribute.Priority, CandidatePriority.AsPeerReflexive(message.Pair!.Local.Priority));
        writer.AddUInt64(message.ClaimsControl ? StunAttribute.IceControlling : StunAttribute.IceControlled, session.TieBreaker);
        if (message.IsNominating)
            writer.AddFlag(StunAttribute.UseCandidate);
        if (message.IsNominating && message.Generation.MayRenominate)
            writer.AddUInt32(StunAttribute.Nomination, message.Generation.NominationNumber);
        writer.AddSha1(message.Generation.RemoteKey!);
        writer.AddFingerprint();
        return writer.TryFinish(out length);
    }

    private static bool TryWriteSuccess(in OutgoingStun message, Span<byte> buffer, out int length)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Success, message.Id);
        writer.AddXorAddress(StunAttribute.XorMappedAddress, message.Target);
        writer.AddSha1(message.Generation.LocalKey);
        writer.AddFingerprint();
        return writer.TryFinish(out length);
    }

    private static bool TryWriteError(in OutgoingStun message, Span<byte> buffer, out int length)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Error, message.Id);
        writer.AddError(message.Code, message.Code == 487 ? "Role Conflict"u8 : "Unknown Attribute"u8);
        if (message.Code == 420)
            writer.AddUnknown([message.Unknown]);
        writer.AddSha1(message.Generation.LocalKey);
        writer.AddFingerprint();
        return writer.TryFinish(out length);
    }
}
