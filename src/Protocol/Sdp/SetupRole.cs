// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>Who begins the handshake: the setup attribute (RFC 4145 §4, RFC 8842 §5).</summary>
internal enum SetupRole
{
    /// <summary>Either: the answerer chooses.</summary>
    ActPass,

    /// <summary>The writer begins: it is the DTLS client.</summary>
    Active,

    /// <summary>The writer waits: it is the DTLS server.</summary>
    Passive,

    /// <summary>Nothing shall be set up now; not spoken here.</summary>
    HoldConnection,
}

/// <summary>Reads and writes setup roles.</summary>
internal static class SetupRoles
{
    /// <summary>Reads an attribute's value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out SetupRole role)
    {
        value = value.Trim((byte)' ');
        foreach (var candidate in (ReadOnlySpan<SetupRole>)[SetupRole.ActPass, SetupRole.Active, SetupRole.Passive, SetupRole.HoldConnection])
        {
            role = candidate;
            if (Ascii.EqualsIgnoreCase(value, NameOf(candidate))) return true;
        }

        role = SetupRole.ActPass;
        return false;
    }

    /// <summary>The attribute, without <c>a=</c>.</summary>
    public static string ToAttribute(this SetupRole role) => "setup:" + NameOf(role);

    private static string NameOf(SetupRole role) => role switch
    {
        SetupRole.Active => "active",
        SetupRole.Passive => "passive",
        SetupRole.HoldConnection => "holdconn",
        _ => "actpass",
    };
}
