// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>What to do about a check's claim of a role.</summary>
internal enum RoleVerdict : byte
{
    /// <summary>The peer has the other role, or claims none.</summary>
    Agree,

    /// <summary>We take the other role.</summary>
    Switch,

    /// <summary>The peer is to: 487.</summary>
    Refuse,
}

/// <summary>Both control, or both are controlled: the larger tie-breaker controls (RFC 8445 §7.3.1.1).</summary>
internal static class RoleConflict
{
    /// <summary>Judges a check.</summary>
    /// <param name="isControlling">Our role.</param>
    /// <param name="own">Our tie-breaker.</param>
    /// <param name="controlling">The tie-breaker in ICE-CONTROLLING, if it is there.</param>
    /// <param name="controlled">The tie-breaker in ICE-CONTROLLED, if it is there.</param>
    public static RoleVerdict Judge(bool isControlling, ulong own, ulong? controlling, ulong? controlled)
    {
        if (isControlling && controlling is { } theirs)
            return own >= theirs ? RoleVerdict.Refuse : RoleVerdict.Switch;
        if (!isControlling && controlled is { } others)
            return own >= others ? RoleVerdict.Switch : RoleVerdict.Refuse;
        return RoleVerdict.Agree;
    }
}
