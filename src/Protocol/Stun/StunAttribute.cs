// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>The attributes that are spoken here: RFC 8489 §18.3, RFC 8656 §18, RFC 8445 §16.1, renomination.</summary>
internal enum StunAttribute : ushort
{
    MappedAddress = 0x0001,
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    ChannelNumber = 0x000C,
    Lifetime = 0x000D,
    XorPeerAddress = 0x0012,
    Data = 0x0013,
    Realm = 0x0014,
    Nonce = 0x0015,
    XorRelayedAddress = 0x0016,
    RequestedAddressFamily = 0x0017,
    EvenPort = 0x0018,
    RequestedTransport = 0x0019,
    DontFragment = 0x001A,
    MessageIntegritySha256 = 0x001C,
    PasswordAlgorithm = 0x001D,
    UserHash = 0x001E,
    XorMappedAddress = 0x0020,
    ReservationToken = 0x0022,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    AdditionalAddressFamily = 0x8000,
    AddressErrorCode = 0x8001,
    PasswordAlgorithms = 0x8002,
    AlternateDomain = 0x8003,
    Icmp = 0x8004,
    Software = 0x8022,
    AlternateServer = 0x8023,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,

    /// <summary>draft-thatcher-ice-renomination §3, in the number that browsers use.</summary>
    Nomination = 0xC001,
}

/// <summary>Which attributes a message may not be understood without (RFC 8489 §14).</summary>
internal static class StunAttributes
{
    /// <summary>Types below are comprehension-required.</summary>
    public const ushort FirstOptional = 0x8000;

    /// <summary>Is a comprehension-required type one of ours?</summary>
    public static bool IsKnown(ushort type) => (StunAttribute)type is
        StunAttribute.MappedAddress or StunAttribute.Username or StunAttribute.MessageIntegrity or StunAttribute.ErrorCode
        or StunAttribute.UnknownAttributes or StunAttribute.ChannelNumber or StunAttribute.Lifetime or StunAttribute.XorPeerAddress
        or StunAttribute.Data or StunAttribute.Realm or StunAttribute.Nonce or StunAttribute.XorRelayedAddress
        or StunAttribute.RequestedAddressFamily or StunAttribute.EvenPort or StunAttribute.RequestedTransport
        or StunAttribute.DontFragment or StunAttribute.MessageIntegritySha256 or StunAttribute.PasswordAlgorithm
        or StunAttribute.UserHash or StunAttribute.XorMappedAddress or StunAttribute.ReservationToken
        or StunAttribute.Priority or StunAttribute.UseCandidate;
}
