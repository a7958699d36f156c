// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Cli.Options;

/// <summary>Name and password of a relay for those who keep them off the command line, which every user of a machine can read.</summary>
internal static class TurnAccount
{
    /// <summary>The name of an account.</summary>
    public const string UserVariable = "EARSHOT_TURN_USER";

    /// <summary>Its password.</summary>
    public const string PasswordVariable = "EARSHOT_TURN_PASSWORD";

    /// <summary>Adds what a <c>turn:</c> or <c>turns:</c> URI leaves out. One that names somebody gets the password alone.</summary>
    /// <param name="uri">As it was said.</param>
    /// <param name="read">Reads a variable of the environment; null for one that is not there.</param>
    /// <returns>The URI, unchanged where there is nothing to add, or where it is none.</returns>
    public static string Complete(string uri, Func<string, string?> read)
    {
        if (!StunServerUri.TryParse(uri, out var server, out _) || server is not { IsRelay: true, Password: null })
            return uri;
        var (user, password) = (server.Username ?? read(UserVariable), read(PasswordVariable));
        if (string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password)) return uri;
        var scheme = uri[..uri.IndexOf(':', StringComparison.Ordinal)];
        var host = uri[(Math.Max(scheme.Length, uri.LastIndexOf('@')) + 1)..];
        return $"{scheme}:{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@{host}";
    }
}
