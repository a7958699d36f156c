// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Where a registration stands.</summary>
internal enum RegistrationState : byte
{
    /// <summary>Under way for the first time, or since it was lost.</summary>
    Registering,

    /// <summary>The server sends calls to us.</summary>
    Registered,

    /// <summary>It does not; tried again later, or, where nothing but the user can help, not.</summary>
    Failed,

    /// <summary>Given up by us.</summary>
    Unregistered,
}

/// <summary>A handle on one account: its registration, and what calls by it are to say.</summary>
/// <remarks>Thread: signalling. Written by the core alone.</remarks>
internal sealed class SipAccount
{
    /// <summary>An account that is not registered yet.</summary>
    public SipAccount(SipAccountOptions options)
    {
        Options = options;
        Routes = OutboundProxy;
        string domain = SipUriView.TryParse(Encoding.UTF8.GetBytes(options.AddressOfRecord), out var uri) ? uri.HostString() : "";
        Authentication = options.Credentials is { } credentials ? new SipAuthentication(credentials, domain) : null;
    }

    /// <summary>As given.</summary>
    public SipAccountOptions Options { get; }

    /// <summary>Where the registration stands.</summary>
    public RegistrationState State { get; internal set; }

    /// <summary>The way by which the server reaches us; null when it has none.</summary>
    public SipFlow? Flow { get; internal set; }

    /// <summary>The way that was tried last; null for none.</summary>
    public SipFlow? LastFlow { get; internal set; }

    /// <summary>By which proxies requests go, first hop first: what the registrar said (RFC 3608), else the outbound proxy.</summary>
    public IReadOnlyList<string> Routes { get; internal set; } = [];

    /// <summary>An address of ours that leads here from anywhere (RFC 5627); null when the registrar gave none.</summary>
    public string? PublicGruu { get; internal set; }

    /// <summary>The outbound proxy as a route, if there is one. It is a loose router, whatever its URI forgets to say.</summary>
    internal IReadOnlyList<string> OutboundProxy =>
        Options.Proxy is not { } proxy ? [] : [proxy.Contains(";lr", StringComparison.OrdinalIgnoreCase) ? proxy : proxy + ";lr"];

    /// <summary>What answers its servers' challenges; null without a password.</summary>
    internal SipAuthentication? Authentication { get; }

    /// <summary>Our address as the server sees it on <see cref="Flow"/>.</summary>
    internal string? Seen { get; set; }

    /// <summary>Contact of what is said on a flow: the address that the server knows us by, else the flow's own.</summary>
    internal string ContactUri(SipFlow flow)
    {
        bool isSips = Options.AddressOfRecord.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
        return PublicGruu is { } gruu && flow == Flow ? gruu : RequestWriter.UriOn(flow, Options.ContactUser, withTransport: true, isSips, flow == Flow ? Seen : null);
    }
}
