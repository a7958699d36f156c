// SPDX-License-Identifier: MIT
namespace Earshot.Signaling.Transport;

/// <summary>The first line and the header fields of an HTTP message (RFC 9112).</summary>
internal sealed class HttpHead
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    private HttpHead(string start) => Start = start;

    /// <summary>The request or status line.</summary>
    public string Start { get; }

    /// <summary>A field's value, several joined by commas; null when there is none.</summary>
    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>True when a comma-separated field holds a word, whatever its case.</summary>
    public bool Lists(string name, string word) =>
        this[name] is { } value && value.Split(',', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a head without its last empty line; what is no field is left out.</summary>
    public static HttpHead Parse(string text)
    {
        var lines = text.Split("\r\n");
        var head = new HttpHead(lines[0]);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) continue;
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            head._fields[name] = head._fields.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }

        return head;
    }
}
