// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot;

/// <content>Accounts: where this phone is registered, and as whom it calls.</content>
public sealed partial class Phone
{
    // A server that is gone is not waited for by whoever closes a phone.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(1);

    private readonly Dictionary<SipAccount, Registered> _accounts = []; // signalling loop only

    /// <summary>The registration of an account is another: it holds, or does not, or not any more.</summary>
    public event Action<AccountStatus>? Registration;

    /// <summary>Registers an account, and keeps it registered while servers and networks come and go; <see cref="Registration"/> tells.</summary>
    /// <param name="account">Whose calls come here from now on.</param>
    /// <param name="cancel">Stops waiting; what has begun goes on.</param>
    /// <returns>What the first try came to. One that failed is tried again by itself, unless only the user can help (<see cref="AccountStatus.RetryIn"/>).</returns>
    public async Task<AccountStatus> RegisterAsync(Account account, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        var registered = new Registered(account);
        var options = PartsOf(account);
        await _agent.PostAsync((core, now) =>
        {
            _accounts.Add(core.Register(now, options), registered);
            return true;
        }).ConfigureAwait(false);
        return await registered.First.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    private SipAccountOptions PartsOf(Account account) =>
        AccountParts.Of(account, _options.DisplayName, _verifier is { } verifier ? verifier.Identity.Fingerprint.ToBytes() : default);

    // On the loop. Who is registered already calls by that; who is not has its name, its proxy and its password all the same.
    private SipAccount AccountFor(Account account) =>
        _accounts.FirstOrDefault(a => a.Value.Account == account && a.Key.State != RegistrationState.Unregistered).Key ?? new SipAccount(PartsOf(account));

    // Whose call it is, and where its INVITE goes first: by the proxies of the account, else to whom it calls.
    private async Task<(SipAccount? Account, string NextHop)> WayOfAsync(string uri, Account? account) =>
        account is null ? (null, uri)
        : await _agent.PostAsync<(SipAccount?, string)>((_, _) => AccountFor(account) is var sip && sip.Routes.Count > 0 ? (sip, sip.Routes[0]) : (sip, uri)).ConfigureAwait(false);

    private Account? AccountOf(SipCall call) => call.Account is { } account && _accounts.TryGetValue(account, out var registered) ? registered.Account : null;

    private void HandleRegistration(SipEvent.RegistrationChanged happened)
    {
        if (!_accounts.TryGetValue(happened.Account, out var registered)) return;
        var complaint = happened.Account.LastFlow is { } flow && _complaints.TryGetValue(flow, out var why) ? why : null;
        var status = AccountWords.Of(registered.Account, happened, complaint);
        if (happened.Account.State == RegistrationState.Unregistered) _accounts.Remove(happened.Account);
        registered.First.TrySetResult(status);
        if (happened.Account.State == RegistrationState.Unregistered)
        {
            registered.Over.TrySetResult();
            if (!registered.WasRegistered) return; // what never was is no news
        }

        registered.WasRegistered |= status.IsRegistered;
        try
        {
            Registration?.Invoke(status);
        }
        catch (Exception wrong)
        {
            ListenerFailed("what listens to registrations", wrong);
        }
    }

    // So that calls are not sent to a phone that is gone.
    private async Task LeaveAccountsAsync()
    {
        var over = await _agent.PostAsync((core, now) =>
        {
            var all = _accounts.ToArray();
            foreach (var (account, _) in all) core.Unregister(now, account);
            return all.Select(a => a.Value.Over.Task).ToArray();
        }).ConfigureAwait(false);
        await Task.WhenAll(over).WaitAsync(LongestFarewell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class Registered(Account account)
    {
        public Account Account { get; } = account;

        public bool WasRegistered { get; set; }

        public TaskCompletionSource<AccountStatus> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
