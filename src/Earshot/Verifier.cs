// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Verification;

namespace Earshot;

/// <summary>What a phone knows of its peers: who is held to DTLS, whose certificate is confirmed, and what two people read to each other.</summary>
/// <remarks>
/// Files are written, and strings computed (20 ms), on threads of the pool, one after the other. Thread: any.
/// <code>
///   [loop]  keys agreed ─► Begin ──► [pool] string ─► told        ─► file
///   [any]   a person compares ─► Confirm ──► [pool]               ─► file
/// </code>
/// </remarks>
/// <param name="identity">Who we are.</param>
/// <param name="peers">Those who are remembered; null remembers nobody for longer than the phone runs.</param>
internal sealed class Verifier(DtlsIdentity identity, KnownPeers? peers)
{
    private const int MostReached = 10_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _reached = [];
    private Task _last = Task.CompletedTask;

    /// <summary>Who we are.</summary>
    public DtlsIdentity Identity => identity;

    /// <summary>Told, on a thread of the pool, why something cannot be kept.</summary>
    public Action<string>? CannotKeep { get; set; }

    /// <summary>True when nothing less than DTLS is tried with somebody, or taken from them.</summary>
    public bool IsHeldToDtls(string address)
    {
        lock (_gate)
            if (_reached.Contains(SipAddress.Of(address))) return true;
        return peers?.IsHeldToDtls(address) == true;
    }

    /// <summary>The one certificate that a person has confirmed; null for none.</summary>
    public Fingerprint? ConfirmedOf(string address) => peers?.PinOf(address);

    /// <summary>As whom this certificate was confirmed; null for nobody.</summary>
    public string? ConfirmedAs(string address, Fingerprint shown) => peers?.ConfirmedAs(address, shown);

    /// <summary>Who was confirmed at the same IP address; null for nobody.</summary>
    public string? ConfirmedThere(string address) => peers?.ConfirmedThere(address);

    /// <summary>Keys were agreed: remembers with whom, and computes what both sides can read.</summary>
    /// <param name="address">The peer's.</param>
    /// <param name="isReached">We called.</param>
    /// <param name="us">Our side, as the peer knows it.</param>
    /// <param name="them">The peer's side.</param>
    /// <param name="computed">Given the string on a thread of the pool.</param>
    public void Begin(string address, bool isReached, CallParty us, CallParty them, Action<AuthenticationString> computed)
    {
        if (isReached)
        {
            lock (_gate)
                if (_reached.Count < MostReached) _reached.Add(SipAddress.Of(address));
        }

        Behind(() =>
        {
            var text = AuthenticationString.Of(us, them);
            computed(text);
            peers?.Note(address, isReached, them.Certificate, text, Today);
        }).ContinueWith(
            failed => CannotKeep?.Invoke(failed.Exception!.InnerException!.Message),
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>A person has compared: this certificate is theirs.</summary>
    /// <exception cref="PhoneException">It cannot be kept; the message says why.</exception>
    public async Task ConfirmAsync(string address, Fingerprint certificate, AuthenticationString text)
    {
        if (peers is null) throw new PhoneException("no home folder to keep a confirmed contact in");
        try
        {
            await Behind(() => peers.ConfirmCertificate(address, certificate, text, Today)).ConfigureAwait(false);
        }
        catch (OwnersFileException wrong)
        {
            throw new PhoneException(wrong.Message, null, wrong);
        }
    }

    /// <summary>Done when what was to be kept is kept, or cannot be.</summary>
    public Task FlushAsync()
    {
        lock (_gate) return _last;
    }

    private static DateOnly Today => DateOnly.FromDateTime(DateTime.Now);

    private Task Behind(Action work)
    {
        lock (_gate)
        {
            var next = _last.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _last = next;
            return next;
        }
    }
}
