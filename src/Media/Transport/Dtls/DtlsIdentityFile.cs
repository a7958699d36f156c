// SPDX-License-Identifier: MIT
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text;

namespace Earshot.Media.Transport.Dtls;

/// <summary>A small secret file that nobody but its owner may read: created whole or not at all, and refused when others may read it.</summary>
/// <remarks>Thread: any; several processes may come at once.</remarks>
internal static class DtlsIdentityFile
{
    private const int LargestFile = 65_536;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text; empty when there is no such file.</param>
    /// <returns>False when there is no such file.</returns>
    /// <exception cref="DtlsIdentityException">It cannot be read, is no small file, or others may read it.</exception>
    public static bool TryRead(string path, out string text)
    {
        text = "";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length is 0 or > LargestFile)
                throw new DtlsIdentityException($"{path} is damaged: {stream.Length} bytes. Restore it, or delete it to get a new identity");
            CheckPrivacy(path, stream);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            text = reader.ReadToEnd();
            return true;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new DtlsIdentityException($"{path} cannot be read: {wrong.Message}", wrong);
        }
    }

    /// <summary>Creates the file. One that stands there already stays as it is.</summary>
    /// <exception cref="DtlsIdentityException">It cannot be written.</exception>
    public static void Create(string path, string text)
    {
        string beside = path + "." + Path.GetRandomFileName();
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                CreateFolder(folder);
            using (var stream = OpenNew(beside))
            {
                stream.Write(Encoding.ASCII.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            MoveIfFree(beside, path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Discard(beside);
            throw new DtlsIdentityException($"{path} cannot be written: {wrong.Message}", wrong);
        }
    }

    // A private key is not left lying about.
    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            // Told is what went wrong first.
        }
    }

    private static void MoveIfFree(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
        }
        catch (IOException) when (File.Exists(to))
        {
            File.Delete(from);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
    }

    private static FileStream OpenNew(string path) =>
        OperatingSystem.IsWindows()
            ? new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, 4096, FileOptions.None, OwnersAlone())
            : new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = Owner });

    private static void CheckPrivacy(string path, FileStream stream)
    {
        if (OperatingSystem.IsWindows())
        {
            if (IsOpenToOthers(stream))
                throw new DtlsIdentityException($"{path} may be read by other users: take their permissions away (icacls \"{path}\" /inheritance:r /grant:r \"%USERNAME%\":F)");
        }
        else if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0)
        {
            throw new DtlsIdentityException($"{path} may be read by other users: chmod 600 {path}");
        }
    }

    [SupportedOSPlatform("windows")]
    private static FileSecurity OwnersAlone()
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(WindowsIdentity.GetCurrent().User!, FileSystemRights.FullControl, AccessControlType.Allow));
        return security;
    }

    // Administrators and the system read every file anyway.
    [SupportedOSPlatform("windows")]
    private static bool IsOpenToOthers(FileStream stream)
    {
        var trusted = new HashSet<IdentityReference>
        {
            WindowsIdentity.GetCurrent().User!,
            new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
            new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null),
        };
        foreach (FileSystemAccessRule rule in stream.GetAccessControl().GetAccessRules(true, true, typeof(SecurityIdentifier)))
        {
            bool reads = rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & (FileSystemRights.ReadData | FileSystemRights.WriteData)) != 0;
            if (reads && !trusted.Contains(rule.IdentityReference))
                return true;
        }

        return false;
    }
}
