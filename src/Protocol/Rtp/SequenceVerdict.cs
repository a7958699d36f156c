// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>What <see cref="RtpSource"/> thinks of a sequence number (RFC 3550 App. A.1).</summary>
internal enum SequenceVerdict
{
    /// <summary>In order, with a small gap, or late: counts.</summary>
    Valid,

    /// <summary>The source is not believed yet: two in a row are wanted.</summary>
    Probation,

    /// <summary>A great jump: believed when the next number follows it.</summary>
    Suspect,

    /// <summary>The number after a suspect one: the sender started anew, and counting begins with this packet.</summary>
    Restarted,
}
