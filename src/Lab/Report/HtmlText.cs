// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using System.Text;

namespace Earshot.Lab.Report;

/// <summary>Markup that is being written. Texts that are filled in are escaped, numbers are written as in any country's style sheets.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Markup of ours with values of others: <c>Add($"&lt;h1&gt;{title}&lt;/h1&gt;")</c> is safe for any title.</summary>
    public void Add(FormattableString markup) => _text.AppendFormat(
        CultureInfo.InvariantCulture, markup.Format, [.. markup.GetArguments().Select(Written)]).Append('\n');

    /// <summary>Markup as it is.</summary>
    public void AddRaw(string markup) => _text.Append(markup).Append('\n');

    /// <summary>A number for people: a real minus, a dash for what was not measured.</summary>
    public static string Number(double value, int digits)
    {
        if (!double.IsFinite(value)) return "–";
        var text = value.ToString($"F{digits}", CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? text.Trim('-', '0', '.').Length == 0 ? text[1..] : $"−{text[1..]}" : text;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static object? Written(object? value) => value switch
    {
        string text => WebUtility.HtmlEncode(text),
        double number => number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value,
    };
}
