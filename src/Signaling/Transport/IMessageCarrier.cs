// SPDX-License-Identifier: MIT
namespace Earshot.Signaling.Transport;

/// <summary>What a carrier read.</summary>
internal enum CarrierRead : byte
{
    /// <summary>A whole message; it lives until the next read.</summary>
    Message,

    /// <summary>The peer asks whether we are there: answer with one line end (RFC 5626 §3.5.1).</summary>
    Ping,

    /// <summary>The peer says that it is there.</summary>
    Pong,

    /// <summary>Something without meaning.</summary>
    Nothing,

    /// <summary>The peer closed, or sends what cannot be followed.</summary>
    End,
}

/// <summary>Whole SIP messages over one connected socket: as a stream (TCP, TLS) or as WebSocket messages (RFC 7118).</summary>
/// <remarks>Thread: one reader and one writer, each with one call at a time.</remarks>
internal interface IMessageCarrier : IDisposable
{
    /// <summary>The greetings that come before messages: TLS, WebSocket.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The peer is not who it should be, or speaks no TLS; the message says it.</exception>
    /// <exception cref="IOException">The connection broke, or the peer does not speak this.</exception>
    Task OpenAsync(CancellationToken stop);

    /// <summary>Writes a message, or a line end.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken stop);

    /// <summary>Reads on.</summary>
    /// <returns>What came; the message for <see cref="CarrierRead.Message"/>.</returns>
    ValueTask<(CarrierRead Kind, ReadOnlyMemory<byte> Message)> ReadAsync(CancellationToken stop);
}
