// SPDX-License-Identifier: MIT
namespace Earshot.Cli;

/// <summary>The words of the command are off: one line that says what is wrong and what to do, and exit status 2.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}
