// SPDX-License-Identifier: MIT
namespace Earshot.Cli;

/// <summary>A line as it is typed, key by key, with what a terminal offers to mend it.</summary>
/// <remarks>Thread: the keys' own.</remarks>
internal sealed class TypedLine
{
    private const int Longest = 250; // 16 words as the other side reads them
    private const char EraseLine = '\u0015'; // Ctrl-U

    /// <summary>What stands there.</summary>
    public string Text { get; private set; } = "";

    /// <summary>A key was pressed.</summary>
    /// <returns>The line, when this was Enter; else null.</returns>
    public string? Take(char key)
    {
        switch (key)
        {
            case '\r' or '\n':
                var line = Text.Trim();
                Text = "";
                return line;
            case '\b' or '\u007f':
                Text = Text[..Math.Max(0, Text.Length - 1)];
                break;
            case EraseLine:
                Text = "";
                break;
            case var c when !char.IsControl(c) && Text.Length < Longest:
                Text += c;
                break;
        }

        return null;
    }
}
