// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Whether a Contact can be reached at all, or names the peer's address behind a NAT (RFC 5626 §1, RFC 3581 §1).</summary>
internal static class PeerAddress
{
    /// <summary>
    /// True when the target lies in a network that the flow's other end is not in: requests then go back over the flow, whose mapping in the
    /// NAT is the only way. A Contact in a private network is believed when the message came from a private address too and may have passed
    /// a proxy there; one that came straight from its sender, from another address than it names, is not.
    /// </summary>
    /// <param name="flow">What the message came over.</param>
    /// <param name="target">The URI of its Contact.</param>
    /// <param name="isStraight">A request with one Via: no proxy was on the way.</param>
    public static bool IsBehindNat(SipFlow flow, string target, bool isStraight)
    {
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(target), out var uri) || !uri.IsSip) return false;
        var host = Encoding.ASCII.GetString(uri.Host);
        // RFC 7118 §5: a browser does not know its address and names one that cannot be.
        if (host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(host, out var address)) return false;
        var remote = flow.Remote.Address.IsIPv4MappedToIPv6 ? flow.Remote.Address.MapToIPv4() : flow.Remote.Address;
        return !address.Equals(remote) && IsLocal(address) && (isStraight || !IsLocal(remote));
    }

    /// <summary>Addresses that mean something in their own network alone: RFC 1918, 3927, 4193, 4291 §2.5, 6598, and the unspecified.</summary>
    public static bool IsLocal(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || (address.IsIPv4MappedToIPv6 && IsLocal(address.MapToIPv4()));
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return (bytes[0], bytes[1]) switch
        {
            (10, _) or (192, 168) or (169, 254) => true,
            (172, var second) => second is >= 16 and <= 31,
            (100, var second) => second is >= 64 and <= 127,
            _ => false,
        };
    }
}
