// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot;

/// <summary>What the protocol is told of an account.</summary>
internal static class AccountParts
{
    /// <summary>The account as the SIP core takes it.</summary>
    /// <param name="account">As the user wrote it.</param>
    /// <param name="displayName">The phone's own.</param>
    /// <param name="installation">What tells this installation from others, the same each time; empty for none.</param>
    public static SipAccountOptions Of(Account account, string? displayName, ReadOnlySpan<byte> installation)
    {
        string registrar = account.Registrar ?? RegistrarOf(account.Uri);
        return new()
        {
            AddressOfRecord = account.Uri,
            Registrar = account.Proxy is null ? WithTransport(registrar, account.Transport) : registrar,
            Proxy = account.Proxy is { } proxy ? WithTransport(proxy, account.Transport) : null,
            DisplayName = account.DisplayName ?? displayName ?? "",
            Credentials = account.Password is { } password ? new(account.Username ?? UserOf(account.Uri), password) : null,
            ContactUser = Convert.ToHexStringLower(Digest(installation, account.Uri).AsSpan(0, 8)),
            Instance = installation.IsEmpty ? null : $"urn:uuid:{InstanceOf(installation)}",
            Expires = TimeSpan.FromSeconds(account.Expires),
        };
    }

    /// <summary>The user part of a SIP URI as people write it; empty without one.</summary>
    public static string UserOf(string uri) =>
        SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out var view) ? view.UserString() : "";

    /// <summary>A URI by this transport, unless it says one itself.</summary>
    public static string WithTransport(string uri, SipTransportChoice? transport) =>
        transport is not { } named || uri.Contains(";transport=", StringComparison.OrdinalIgnoreCase) ? uri : $"{uri};transport={named.ToString().ToLowerInvariant()}";

    // §10.2: the domain of the address of record, without the user; a port that it names is the registrar's.
    private static string RegistrarOf(string uri)
    {
        string scheme = uri[..(uri.IndexOf(':', StringComparison.Ordinal) + 1)];
        string rest = uri[scheme.Length..];
        return scheme + rest[(rest.LastIndexOf('@') + 1)..];
    }

    // RFC 9562 §5.8: of our own making.
    private static Guid InstanceOf(ReadOnlySpan<byte> installation)
    {
        byte[] bytes = Digest(installation, "")[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new(bytes, bigEndian: true);
    }

    private static byte[] Digest(ReadOnlySpan<byte> installation, string account) =>
        SHA256.HashData([.. "earshot account 1"u8, 0, .. installation, 0, .. Encoding.UTF8.GetBytes(account)]);
}
