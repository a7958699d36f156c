// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>The final counters as a JSON file.</summary>
internal static class StatisticsFile
{
    /// <summary>Writes it; where that cannot be, says so. The call is over and was as it was: only the file is missing.</summary>
    /// <returns>False when it could not be written.</returns>
    public static bool TryWrite(string path, CallEnded ended, IOutput output)
    {
        try
        {
            Write(path, ended);
            return true;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            output.Error("file", $"--stats {path}: the counters could not be written ({wrong.Message.ReplaceLineEndings(" ")})", "Name a file on a disk that has room.");
            return false;
        }
    }

    private static void Write(string path, CallEnded ended)
    {
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("reason", ReasonWords.Of(ended.End.Reason));
        writer.WriteNumber("sip_status", ended.End.SipStatus);
        writer.WriteNumber("duration", Math.Round(ended.Talked.TotalSeconds, 3));
        if (ended.Statistics is not null) StatisticsFields.Write(writer, ended.Statistics);
        writer.WriteEndObject();
    }
}
