// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>The final counters as a JSON file.</summary>
internal static class StatisticsFile
{
    public static void Write(string path, CallEnded ended)
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
