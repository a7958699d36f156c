// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Lab;

/// <summary>A result that is whole or not there: it is written beside its place and moved there, so that a killed process leaves no half of one.</summary>
internal static class ResultFile
{
    /// <summary>Writes it; where that cannot be, says so in one line.</summary>
    /// <param name="option">Which named it.</param>
    /// <param name="path">Its place; null for nowhere.</param>
    /// <param name="output">Where to say so.</param>
    /// <param name="write">Writes to the path it is given.</param>
    /// <returns>False when it could not be written.</returns>
    public static bool TryWrite(string option, string? path, IOutput output, Action<string> write)
    {
        if (path is null) return true;
        try
        {
            Write(path, write);
            return true;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException or AudioDeviceException)
        {
            output.Error("file", $"{option} {path}: the results could not be written ({wrong.Message.ReplaceLineEndings(" ").TrimEnd('.')})", "Name a file on a disk that has room.");
            return false;
        }
    }

    private static void Write(string path, Action<string> write)
    {
        var place = SharedFiles.Resolve(path); // a link stays one
        if (SharedFiles.IsDevice(place))
        {
            write(path);
            return;
        }

        var beside = $"{place}.{Environment.ProcessId}.part";
        try
        {
            write(beside);
            File.Move(beside, place, overwrite: true);
        }
        catch (UnauthorizedAccessException) when (File.Exists(place))
        {
            write(path); // the file may be written, its folder may not
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
