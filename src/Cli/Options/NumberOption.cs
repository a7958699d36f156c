// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Earshot.Cli.Options;

/// <summary>An option that takes a number, written the same in every language: with a point, and without separators of thousands, for which a decimal comma would pass.</summary>
internal sealed class NumberOption : Option<double?>
{
    public NumberOption(string name)
        : base(name) => CustomParser = Parse;

    private static double? Parse(ArgumentResult said)
    {
        if (said.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number;
        said.AddError("not a number"); // UsageErrors says which
        return null;
    }
}
