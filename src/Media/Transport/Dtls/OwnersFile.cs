// SPDX-License-Identifier: MIT
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text;

namespace Earshot.Media.Transport.Dtls;

/// <summary>A small file that nobody but its owner may read: written whole or not at all, and refused when others may read it.</summary>
/// <remarks>
/// Thread: any; several processes may come at once.
/// <code>
///   text ─► path.random, flushed to the disk ─► renamed to path
/// </code>
/// </remarks>
internal static class OwnersFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text; empty when there is no such file.</param>
    /// <param name="largest">Most bytes of it.</param>
    /// <param name="remedy">What to do with a damaged one.</param>
    /// <returns>False when there is no such file.</returns>
    /// <exception cref="OwnersFileException">It cannot be read, is no small file, or others may read it.</exception>
    public static bool TryRead(string path, out string text, int largest, string remedy)
    {
        text = "";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length == 0 || stream.Length > largest)
                throw new OwnersFileException($"{path} is damaged: {stream.Length} bytes. {remedy}");
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
            throw new OwnersFileException($"{path} cannot be read: {wrong.Message}", wrong);
        }
    }

    /// <summary>Creates the file. One that stands there already stays as it is.</summary>
    /// <exception cref="OwnersFileException">It cannot be written.</exception>
    public static void Create(string path, string text) => Write(path, text, MoveIfFree);

    /// <summary>Creates the file, or takes the place of the one that stands there.</summary>
    /// <exception cref="OwnersFileException">It cannot be written.</exception>
    public static void Replace(string path, string text) => Write(path, text, (from, to) => File.Move(from, to, overwrite: true));

    /// <summary>Keeps others, threads and processes, from what is done under the same name; disposing of it lets them.</summary>
    /// <exception cref="OwnersFileException">Somebody else holds it for too long, or it cannot be made.</exception>
    public static IDisposable Lock(string path, TimeSpan limit)
    {
        var until = MonotonicClock.Now + limit;
        while (true)
        {
            try
            {
                CreateFolderOf(path);
                return OpenShared(path);
            }
            catch (IOException) when (MonotonicClock.Now < until)
            {
                Thread.Sleep(5);
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
            {
                throw new OwnersFileException($"{path} cannot be locked: {wrong.Message}", wrong);
            }
        }
    }

    private static void Write(string path, string text, Action<string, string> move)
    {
        string beside = path + "." + Path.GetRandomFileName();
        try
        {
            CreateFolderOf(path);
            using (var stream = OpenNew(beside))
            {
                stream.Write(Encoding.ASCII.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            move(beside, path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Discard(beside);
            throw new OwnersFileException($"{path} cannot be written: {wrong.Message}", wrong) { HasNoPlace = !File.Exists(path) };
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

    private static void CreateFolderOf(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
    }

    private static FileStream OpenNew(string path) =>
        OperatingSystem.IsWindows()
            ? new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, 4096, FileOptions.None, OwnersAlone())
            : new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = Owner });

    private static FileStream OpenShared(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }

    private static void CheckPrivacy(string path, FileStream stream)
    {
        if (OperatingSystem.IsWindows())
        {
            if (IsOpenToOthers(stream))
                throw new OwnersFileException($"{path} may be read by other users: take their permissions away (icacls \"{path}\" /inheritance:r /grant:r \"%USERNAME%\":F)");
        }
        else if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0)
        {
            throw new OwnersFileException($"{path} may be read by other users: chmod 600 {path}");
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
