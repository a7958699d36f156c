// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Streams;

/// <summary>Where a connection stands.</summary>
internal enum StreamState
{
    /// <summary>Not there yet: what is sent waits, and what may not wait is dropped when it is old.</summary>
    Connecting,

    /// <summary>Datagrams flow.</summary>
    Open,

    /// <summary>Gone for good: <see cref="StreamPort.End"/> says why.</summary>
    Closed,
}

/// <summary>Why a connection is gone.</summary>
internal enum StreamEndCause : byte
{
    /// <summary>We closed it.</summary>
    Closed,

    /// <summary>Nobody listens there, or no way leads there.</summary>
    Unreachable,

    /// <summary>No connection, or no handshake, within the time limit.</summary>
    TimedOut,

    /// <summary>The server's certificate is not to be believed, or there is no TLS there.</summary>
    Untrusted,

    /// <summary>The other side closed it.</summary>
    ClosedByPeer,

    /// <summary>It broke: a reset, or nothing acknowledged for long.</summary>
    Broken,

    /// <summary>What came is no stream of datagrams, or one was begun and not finished.</summary>
    Malformed,

    /// <summary>More came than a call can mean.</summary>
    Flooded,
}

/// <summary>How a connection ended.</summary>
/// <param name="Cause">In a word.</param>
/// <param name="Message">For people, on one line.</param>
internal sealed record StreamEnd(StreamEndCause Cause, string Message);
