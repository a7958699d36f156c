// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Which way a stream flows, seen from whoever wrote it down (RFC 8866 §6.7).</summary>
[Flags]
internal enum MediaDirection
{
    /// <summary><c>a=inactive</c>.</summary>
    Inactive = 0,

    /// <summary><c>a=sendonly</c>.</summary>
    SendOnly = 1,

    /// <summary><c>a=recvonly</c>.</summary>
    ReceiveOnly = 2,

    /// <summary><c>a=sendrecv</c>, and what holds when nothing is written.</summary>
    SendReceive = SendOnly | ReceiveOnly,
}

/// <summary>Directions as words and seen from the other side.</summary>
internal static class MediaDirections
{
    /// <summary>May the writer send?</summary>
    public static bool Sends(this MediaDirection direction) => (direction & MediaDirection.SendOnly) != 0;

    /// <summary>May the writer receive?</summary>
    public static bool Receives(this MediaDirection direction) => (direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>The same stream seen from the other side: sendonly becomes recvonly.</summary>
    public static MediaDirection Mirrored(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => MediaDirection.ReceiveOnly,
        MediaDirection.ReceiveOnly => MediaDirection.SendOnly,
        _ => direction,
    };

    /// <summary>The attribute's name.</summary>
    public static string ToAttribute(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        MediaDirection.Inactive => "inactive",
        _ => "sendrecv",
    };

    /// <summary>Reads an attribute that has no value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> attribute, out MediaDirection direction)
    {
        direction = MediaDirection.SendReceive;
        if (attribute.SequenceEqual("sendrecv"u8)) return true;
        if (attribute.SequenceEqual("sendonly"u8)) direction = MediaDirection.SendOnly;
        else if (attribute.SequenceEqual("recvonly"u8)) direction = MediaDirection.ReceiveOnly;
        else if (attribute.SequenceEqual("inactive"u8)) direction = MediaDirection.Inactive;
        else return false;
        return true;
    }
}
