// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>The phone cannot be started or used: a port is taken, an address is not ours. One line, and what to do.</summary>
public sealed class PhoneException : Exception
{
    /// <summary>Creates it with a line for the user and what to do.</summary>
    public PhoneException(string message, string? hint = null, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What the user can do; null when there is nothing to do.</summary>
    public string? Hint { get; }
}

/// <summary>Something that the user should know and that belongs to no single call.</summary>
/// <param name="Code">A word for programs, e.g. <c>device-lost</c>.</param>
/// <param name="Message">One line for a person.</param>
public sealed record PhoneNotice(string Code, string Message);
