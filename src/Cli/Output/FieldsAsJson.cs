// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Earshot.Cli.Output;

/// <summary>A result's fields as JSON.</summary>
internal static class FieldsAsJson
{
    /// <summary>Relaxed: a person reads these lines in a terminal, and no browser does.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fields alone, into an object that is open.</summary>
    public static void Write(Utf8JsonWriter w, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields) Write(w, field);
    }

    /// <summary>One object on one line.</summary>
    public static string ToLine(IReadOnlyList<Field> fields)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, Options))
        {
            writer.WriteStartObject();
            Write(writer, fields);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }

    private static void Write(Utf8JsonWriter w, Field field)
    {
        w.WritePropertyName(field.Name);
        switch (field.Value)
        {
            case null: w.WriteNullValue(); break;
            case bool b: w.WriteBooleanValue(b); break;
            case int i: w.WriteNumberValue(i); break;
            case long l: w.WriteNumberValue(l); break;
            case double d when double.IsFinite(d): w.WriteNumberValue(Math.Round(d, 3)); break;
            case double: w.WriteNullValue(); break; // JSON knows no infinity
            case IReadOnlyList<Field> inner:
                w.WriteStartObject();
                Write(w, inner);
                w.WriteEndObject();
                break;
            default: w.WriteStringValue(field.Value.ToString()); break;
        }
    }
}
