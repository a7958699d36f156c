// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>One account's registration, from the first REGISTER to the last (RFC 3261 §10, RFC 5626).</summary>
/// <remarks>
/// <code>
/// Registering ──2xx──► Registered ──before it expires──► REGISTER again
///    │  ▲ ▲                │  └──flow broke──► Registering
///    │  │ └──────┐         │
///    │  └423     └wait─ Failed ◄── refused, or silent ── 401, 403: for good
///    Leave ─► REGISTER, expires=0 ─► Unregistered
/// </code>
/// The Contact names the address that the server saw the request come from, which is a NAT's, or that of a connection by which nobody else can be reached:
/// a challenge has told it before the request that counts.
/// Thread: signalling.
/// </remarks>
internal sealed class Registration(SipParts parts, SipAccount account) : ITimed
{
    private static readonly byte[] Ping = "\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    // NATs forget a binding of UDP after 30 s (RFC 4787 §4.3 asks for two minutes, many do not give them); a connection is looked after by its peer's system, too.
    private static readonly TimeSpan DatagramKeepAlive = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan StreamKeepAlive = TimeSpan.FromSeconds(60);

    private readonly string _callId = parts.Tokens.CallId();
    private readonly string _tag = parts.Tokens.Tag();
    private uint _cseq = parts.Tokens.FirstCSeq();
    private TimeSpan _asked = account.Options.Expires;
    private Attempt? _attempt;
    private string? _contact;
    private string? _bound;
    private int _failures;
    private bool _isLeaving;
    private bool _isFinal;
    private bool _hasRaised;
    private bool _hasMoved;

    /// <summary>Whose it is.</summary>
    public SipAccount Account => account;

    private SipParts Parts => parts;

    /// <summary>Registers for the first time.</summary>
    public void Start(Instant now) => Send(now);

    /// <summary>Takes the binding back.</summary>
    public void Leave(Instant now)
    {
        if (_isLeaving) return;
        _isLeaving = true;
        parts.Timers.Stop(this, SipTimer.Refresh, SipTimer.KeepAlive);
        _attempt?.Leave();
        if (account.Flow is null) End(0, "");
        else Send(now);
    }

    /// <summary>Registers now, unless that is under way or for the user to mend.</summary>
    public void Renew(Instant now)
    {
        if (_isLeaving || _isFinal || _attempt is not null) return;
        _failures = 0;
        Send(now);
    }

    /// <summary>A flow broke.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow)
    {
        if (flow != account.Flow) return;
        account.Flow = null;
        account.Seen = null;
        parts.Timers.Stop(this, SipTimer.KeepAlive);
        if (_isLeaving || _attempt is not null) return;
        account.State = RegistrationState.Registering;
        Send(now);
    }

    /// <inheritdoc/>
    public void HandleTimer(Instant now, SipTimer timer)
    {
        if (timer == SipTimer.KeepAlive) KeepAlive(now);
        else Send(now);
    }

    private bool IsSips => account.Options.AddressOfRecord.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);

    private void HandleFinal(Instant now, IncomingResponse response)
    {
        if (_isLeaving) End(response.Status, response.Reason);
        else if (response.Status < 300) Take(now, response);
        else if (response.Status == 423 && !_hasRaised && MayRaise(response)) Send(now);
        else Fail(now, response.Status, response.Reason, response.RetryAfter);
    }

    private void HandleFailure(Instant now, int status)
    {
        if (_isLeaving) End(status, "");
        else Fail(now, status, status == 408 ? "Request Timeout" : "Service Unavailable", null);
    }

    private void Send(Instant now)
    {
        parts.Timers.Stop(this, SipTimer.Refresh);
        var options = account.Options;
        var draft = new RequestDraft
        {
            Method = SipMethod.Register,
            Uri = options.Registrar,
            CallId = _callId,
            CSeq = ++_cseq,
            LocalTag = _tag,
            LocalName = options.DisplayName,
            LocalUri = options.AddressOfRecord,
            RemoteUri = options.AddressOfRecord,
            Routes = account.OutboundProxy,
            ContactFor = ContactFor,
            Headers = [new("Supported", "path, outbound, gruu"), new("Expires", Seconds(_isLeaving ? TimeSpan.Zero : _asked))],
            Authentication = account.Authentication,
            NextCSeq = () => ++_cseq,
            Patience = Patience,
            Preferred = account.Flow,
        };
        _attempt = new Attempt(this);
        _attempt.Start(now, draft, options.Proxy ?? options.Registrar);
    }

    private string ContactUri(SipFlow flow) =>
        RequestWriter.UriOn(flow, account.Options.ContactUser, withTransport: true, IsSips, flow == account.Flow ? account.Seen : null);

    // What was bound before, and is another address now, is taken back in the same breath.
    private string ContactFor(SipFlow flow)
    {
        string contact = ContactUri(flow);
        string instance = account.Options.Instance is { } urn ? $";+sip.instance=\"<{urn}>\";reg-id=1" : "";
        string old = _bound is not null && _bound != contact ? $", <{_bound}>;expires=0" : "";
        return $"<{contact}>{instance};expires={Seconds(_isLeaving ? TimeSpan.Zero : _asked)}{old}";
    }

    private void HandleSent(SipFlow flow)
    {
        _contact = ContactUri(flow);
        account.LastFlow = flow;
        if (flow == account.Flow) return;
        (account.Flow, account.Seen) = (flow, null);
    }

    // RFC 3581: what the server saw. A name in received is nobody's address.
    private void See(IncomingResponse response)
    {
        if (!response.Message.TryGetTopVia(out var via) || account.Flow is not { } flow) return;
        var address = via.Received.IsEmpty ? via.Host : via.Received;
        int port = via.Rport > 0 ? via.Rport : flow.Local.Port;
        if (System.Net.IPAddress.TryParse(Encoding.ASCII.GetString(address).Trim('[', ']'), out var ip))
            account.Seen = new System.Net.IPEndPoint(ip, port).ToString();
    }

    private void Take(Instant now, IncomingResponse response)
    {
        if (account.Flow is not { } flow) return;
        bool isMoved = _contact != ContactUri(flow);
        _bound = _contact;
        if (isMoved && !_hasMoved)
        {
            _hasMoved = true;
            Send(now);
            return;
        }

        var granted = Granted(response.Message);
        if (granted <= TimeSpan.Zero)
        {
            Fail(now, response.Status, "the registrar does not keep it", null);
            return;
        }

        (_failures, _hasRaised, _hasMoved) = (0, false, false);
        account.Routes = ServiceRoute(response.Message, flow) is { Count: > 0 } routes ? routes : account.OutboundProxy;
        bool isNews = account.State != RegistrationState.Registered;
        account.State = RegistrationState.Registered;
        granted = granted < Shortest ? Shortest : granted > Longest ? Longest : granted;
        parts.Timers.Set(this, SipTimer.Refresh, now + (granted * 0.85));
        KeepAlive(now, isFirst: true);
        if (isNews) parts.Outbox.Tell(new SipEvent.RegistrationChanged(account, response.Status, response.Reason, granted, null));
    }

    // Our own contact among all that the server lists (§10.2.4): by its instance, else by its user, which is ours alone.
    private TimeSpan Granted(SipMessage message)
    {
        uint seconds = message.TryGetNumber(SipHeader.Expires, out uint all) ? all : (uint)_asked.TotalSeconds;
        account.PublicGruu = null;
        foreach (var value in message.Values(SipHeader.Contact))
        {
            if (!NameAddress.TryParse(value, out var contact) || !IsOurs(contact)) continue;
            if (contact.TryGetExpires(out uint own)) seconds = own;
            if (contact.Parameters.TryGet("pub-gruu"u8, out var gruu) && SipUriView.TryParse(Encoding.UTF8.GetBytes(SipText.Unquote(gruu)), out _))
                account.PublicGruu = SipText.Unquote(gruu);
            if (_contact == Encoding.UTF8.GetString(contact.UriText)) break;
        }

        return TimeSpan.FromSeconds(seconds);
    }

    private bool IsOurs(in NameAddress contact) =>
        contact.Parameters.TryGet("+sip.instance"u8, out var instance) && account.Options.Instance is { } urn ? SipText.Unquote(instance) == $"<{urn}>"
        : Encoding.UTF8.GetString(contact.Uri.User) == account.Options.ContactUser;

    private static List<string> ServiceRoute(SipMessage message, SipFlow flow)
    {
        List<string> routes = [];
        foreach (var value in message.Values(SipHeader.ServiceRoute))
        {
            if (NameAddress.TryParse(value, out var route)) routes.Add(WebSocketUri.FromWire(Encoding.UTF8.GetString(route.UriText), flow));
        }

        return routes;
    }

    private bool MayRaise(IncomingResponse response)
    {
        if (!response.Message.TryGetNumber(SipHeader.MinExpires, out uint seconds) || TimeSpan.FromSeconds(seconds) is var least && (least > Longest || least <= _asked))
            return false;
        _hasRaised = true;
        _asked = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private void Fail(Instant now, int status, string reason, TimeSpan? retryAfter)
    {
        _failures++;
        (_hasRaised, _hasMoved) = (false, false);
        account.State = RegistrationState.Failed;
        account.Flow = null;
        account.Seen = null;
        parts.Timers.Stop(this, SipTimer.KeepAlive);
        _isFinal = RegistrationRetry.IsFinal(status);
        TimeSpan? wait = _isFinal ? null : RegistrationRetry.After(_failures, parts.Tokens.Unit(), retryAfter);
        if (wait is { } later) parts.Timers.Set(this, SipTimer.Refresh, now + later);
        parts.Outbox.Tell(new SipEvent.RegistrationChanged(account, status, reason, TimeSpan.Zero, wait));
    }

    private void End(int status, string reason)
    {
        account.State = RegistrationState.Unregistered;
        account.Flow = null;
        parts.Registrations.Forget(this);
        parts.Outbox.Tell(new SipEvent.RegistrationChanged(account, status, reason, TimeSpan.Zero, null));
    }

    private void KeepAlive(Instant now, bool isFirst = false)
    {
        if (account.Flow is not { } flow || flow.Transport is SipTransport.Ws or SipTransport.Wss) return; // a WebSocket pings by itself
        if (!isFirst) parts.Outbox.Send(flow, Ping);
        parts.Timers.Set(this, SipTimer.KeepAlive, now + (flow.IsReliable ? StreamKeepAlive : DatagramKeepAlive));
    }

    // Responses to one that was given up for the next are nobody's.
    private sealed class Attempt(Registration owner) : IRequestUser
    {
        private PendingRequest? _pending;

        public void Start(Instant now, RequestDraft draft, string nextHop)
        {
            var pending = owner.Parts.Sender.Send(now, draft, nextHop, [], this);
            if (owner._attempt == this) _pending = pending;
        }

        public void Leave()
        {
            _pending?.Abandon();
            owner._attempt = null;
        }

        public void HandleSent(Instant now, OutgoingRequest sent)
        {
            if (owner._attempt == this) owner.HandleSent(sent.Flow);
        }

        public void HandleChallenge(IncomingResponse challenge)
        {
            if (owner._attempt == this) owner.See(challenge);
        }

        public void HandleResponse(Instant now, IncomingResponse response)
        {
            if (owner._attempt != this || response.Status < 200) return;
            owner._attempt = null;
            owner.See(response);
            owner.HandleFinal(now, response);
        }

        public void HandleFailure(Instant now, int status)
        {
            if (owner._attempt != this) return;
            owner._attempt = null;
            owner.HandleFailure(now, status);
        }
    }

    private static string Seconds(TimeSpan time) => ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
