// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Protocol.Sip;

namespace Earshot;

/// <summary>What became of a registration, for people.</summary>
internal static class AccountWords
{
    /// <summary>Puts it into words.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="happened">What the core tells.</param>
    /// <param name="complaint">Why the server was not trusted, or spoke something else; null for nothing.</param>
    public static AccountStatus Of(Account account, SipEvent.RegistrationChanged happened, TransportComplaint? complaint)
    {
        string server = SipTargets.HostOf(account.Proxy ?? account.Registrar ?? account.Uri);
        var (message, hint) = happened.Account.State switch
        {
            RegistrationState.Registered => ($"registered as {account.Uri}", null),
            RegistrationState.Unregistered => ($"no longer registered as {account.Uri}", null),
            _ => Refusal(happened, server, account, complaint),
        };
        return new(account, happened.Account.State == RegistrationState.Registered, happened.Status, message) { Hint = hint, Expires = happened.Expires, RetryIn = happened.RetryIn };
    }

    private static (string Message, string? Hint) Refusal(SipEvent.RegistrationChanged happened, string server, Account account, TransportComplaint? complaint) => happened.Status switch
    {
        401 or 407 when account.Password is null => ($"{server} wants a password for {account.Uri}", $"earshot account edit {account.Name} --password"),
        401 or 407 => ($"{server} does not take the name or the password of {account.Uri}", $"Check both: earshot account edit {account.Name} --username NAME --password"),
        403 => ($"{server} does not let {account.Uri} register: {happened.Reason}", "Ask whoever runs the server; it is not tried again by itself."),
        404 => ($"{server} knows no {account.Uri}", "Check the address of the account."),
        408 => ($"{server} does not answer", "Check the name of the server, the transport and the network."),
        423 => ($"{server} wants registrations to last longer than a day", "Ask whoever runs the server."),
        503 when complaint is not null => (complaint.Why, "Check the server's name and --transport."),
        503 when happened.Reason == "Service Unavailable" => ($"{server} cannot be reached", "Check the name of the server, the transport and the network."),
        >= 300 and < 400 => ($"{server} sends us elsewhere, which is not followed", "Name the server that it means as --registrar."),
        _ => ($"{server} does not register {account.Uri}: {happened.Status} {happened.Reason}", null),
    };
}
