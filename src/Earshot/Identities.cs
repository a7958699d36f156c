// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;

namespace Earshot;

/// <summary>Finds the one certificate of this installation, by which every phone of the same user is known, and whom those phones know.</summary>
/// <remarks>Thread: any; several processes may come at once.</remarks>
internal static class Identities
{
    private const string FileName = "identity.pem";

    /// <summary>Who we are and whom we know, as these options ask for it; null where nobody needs it.</summary>
    /// <param name="options">The phone's.</param>
    /// <param name="notice">Told to the user when there is no place to keep one.</param>
    /// <exception cref="OwnersFileException">The file cannot be used; the message says why and what to do.</exception>
    public static Verifier? For(PhoneOptions options, out PhoneNotice? notice)
    {
        notice = null;
        if (!options.Security.Contains(MediaSecurityMethod.Dtls)) return null;
        var why = "no home folder";
        try
        {
            if ((options.IdentityFile ?? UsualFile(Environment.GetEnvironmentVariable)) is { } file)
                return new Verifier(DtlsIdentity.LoadOrCreate(file), options.KeepsPeers ? new KnownPeers(KnownPeers.FileBeside(file)) : null);
        }
        catch (OwnersFileException wrong) when (wrong.HasNoPlace && options.IdentityFile is null)
        {
            why = wrong.Message; // a service's user often has a home that is none
        }

        notice = new PhoneNotice("identity-in-memory", $"{why.TrimEnd('.')}: this phone's certificate is a new one each time, and nobody can know it again");
        return new Verifier(DtlsIdentity.CreateEphemeral(), null);
    }

    /// <summary>Whose certificates a person has confirmed, for a phone that speaks no DTLS: these it neither calls nor takes calls from. Null where that is known otherwise, or nowhere kept.</summary>
    /// <param name="options">The phone's.</param>
    /// <exception cref="OwnersFileException">The file cannot be used; the message says why and what to do.</exception>
    public static KnownPeers? PinsOf(PhoneOptions options)
    {
        if (options.Security.Contains(MediaSecurityMethod.Dtls) || !options.KeepsPeers) return null;
        try
        {
            return (options.IdentityFile ?? UsualFile(Environment.GetEnvironmentVariable)) is { } file ? new KnownPeers(KnownPeers.FileBeside(file)) : null;
        }
        catch (OwnersFileException wrong) when (wrong.HasNoPlace && options.IdentityFile is null)
        {
            return null;
        }
    }

    /// <summary>Where the platform keeps such files: <c>$XDG_DATA_HOME/earshot</c>, else <c>~/.local/share/earshot</c>; on Windows the local application data.</summary>
    /// <param name="variable">Reads the environment.</param>
    /// <returns>Null when the user has no home.</returns>
    internal static string? UsualFile(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
            return Below(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        if (OperatingSystem.IsMacOS() && variable("HOME") is { Length: > 0 } user)
            return Below(Path.Combine(user, "Library", "Application Support"));
        // XDG Base Directory: a path that is not absolute is ignored.
        if (variable("XDG_DATA_HOME") is { Length: > 0 } data && Path.IsPathRooted(data)) return Below(data);
        return variable("HOME") is { Length: > 0 } home && Path.IsPathRooted(home) ? Below(Path.Combine(home, ".local", "share")) : null;
    }

    private static string? Below(string folder) => folder.Length == 0 ? null : Path.Combine(folder, "earshot", FileName);
}
