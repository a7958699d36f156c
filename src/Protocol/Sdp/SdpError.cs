// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Why bytes are no session description.</summary>
internal enum SdpError
{
    /// <summary>They are one.</summary>
    None,

    /// <summary>Over <see cref="SessionDescription.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>Over <see cref="SessionDescription.MaxLines"/>.</summary>
    TooManyLines,

    /// <summary>Over <see cref="SessionDescription.MaxMedia"/>.</summary>
    TooManyMedia,

    /// <summary>The first line is not <c>v=0</c>.</summary>
    BadVersion,

    /// <summary>A line is not <c>letter=value</c>, or carries a NUL or a lone carriage return.</summary>
    BadLine,

    /// <summary>The o= line is missing or broken.</summary>
    BadOrigin,

    /// <summary>A c= line is broken.</summary>
    BadConnection,

    /// <summary>An m= line is broken.</summary>
    BadMedia,
}
