// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Whose password it is that answers challenges (RFC 3261 §22).</summary>
/// <remarks>Immutable. Its text says the name alone.</remarks>
/// <param name="username">The name at the server.</param>
/// <param name="password">The password.</param>
internal sealed class SipCredentials(string username, string password)
{
    /// <summary>The name at the server.</summary>
    public string Username { get; } = username;

    /// <summary>The password.</summary>
    public string Password { get; } = password;

    /// <inheritdoc/>
    public override string ToString() => Username;
}
