// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>What the transport of an m= line means for encryption.</summary>
internal enum MediaProfile
{
    /// <summary>No RTP, or of a kind that is not known.</summary>
    Unknown,

    /// <summary><c>RTP/AVP</c>, <c>RTP/AVPF</c>: clear, or encrypted when crypto attributes are agreed all the same.</summary>
    Clear,

    /// <summary><c>RTP/SAVP</c>, <c>RTP/SAVPF</c>: never clear (RFC 3711, RFC 4568).</summary>
    Secure,

    /// <summary><c>UDP/TLS/RTP/SAVP(F)</c>: keys by DTLS (RFC 5764).</summary>
    Dtls,
}

/// <summary>Reads transports.</summary>
internal static class MediaProfiles
{
    /// <summary>The meaning of an m= line's transport.</summary>
    public static MediaProfile Of(ReadOnlySpan<byte> protocol)
    {
        if (protocol.SequenceEqual("RTP/AVP"u8) || protocol.SequenceEqual("RTP/AVPF"u8)) return MediaProfile.Clear;
        if (protocol.SequenceEqual("RTP/SAVP"u8) || protocol.SequenceEqual("RTP/SAVPF"u8)) return MediaProfile.Secure;
        var isDtls = protocol.SequenceEqual("UDP/TLS/RTP/SAVP"u8) || protocol.SequenceEqual("UDP/TLS/RTP/SAVPF"u8);
        return isDtls ? MediaProfile.Dtls : MediaProfile.Unknown;
    }
}
