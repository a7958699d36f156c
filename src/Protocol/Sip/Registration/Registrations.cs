// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The registrations of one core.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class Registrations(SipParts parts)
{
    private readonly List<Registration> _all = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>Begins to register; what becomes of it is told by <see cref="SipEvent.RegistrationChanged"/>.</summary>
    public SipAccount Add(Instant now, SipAccountOptions options)
    {
        var registration = new Registration(parts, new SipAccount(options));
        _all.Add(registration);
        registration.Start(now);
        return registration.Account;
    }

    /// <summary>Gives a registration up; told when the server knows, or cannot be reached.</summary>
    public void Remove(Instant now, SipAccount account) => _all.Find(r => r.Account == account)?.Leave(now);

    /// <summary>Tries at once what waits, and renews what may have another address now.</summary>
    public void Renew(Instant now)
    {
        foreach (var registration in _all.ToArray()) registration.Renew(now);
    }

    /// <summary>The account that is called by this user part of ours; null for none.</summary>
    public SipAccount? Find(string contactUser) => contactUser.Length == 0 ? null : _all.Find(r => r.Account.Options.ContactUser == contactUser)?.Account;

    /// <summary>A flow broke: the server does not reach us by it any more.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow)
    {
        foreach (var registration in _all.ToArray()) registration.HandleTransportFailure(now, flow);
    }

    /// <summary>One is over.</summary>
    public void Forget(Registration registration) => _all.Remove(registration);
}
