// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>Where the registration of an account stands.</summary>
/// <param name="Account">Whose.</param>
/// <param name="IsRegistered">Calls to the account come here.</param>
/// <param name="SipStatus">What the registrar said; 408 where nothing came, 503 where nobody could be reached, 0 where nobody was asked.</param>
/// <param name="Message">One line for a person.</param>
public sealed record AccountStatus(Account Account, bool IsRegistered, int SipStatus, string Message)
{
    /// <summary>What the user can do; null when there is nothing to do.</summary>
    public string? Hint { get; init; }

    /// <summary>How long the registration holds; renewed by itself.</summary>
    public TimeSpan Expires { get; init; }

    /// <summary>When it is tried again; null where it is not.</summary>
    public TimeSpan? RetryIn { get; init; }
}
