// SPDX-License-Identifier: MIT
using System.Net.WebSockets;
using System.Text.Unicode;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>One SIP message in each WebSocket message (RFC 7118 §4), over TCP or over TLS.</summary>
/// <param name="stream">The connected socket's.</param>
/// <param name="greeting">TLS, for wss; null for ws.</param>
/// <param name="upgrade">How HTTP becomes a WebSocket, on our side of it.</param>
internal sealed class WebSocketCarrier(Stream stream, TlsGreeting? greeting, WebSocketUpgrade upgrade) : IMessageCarrier
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(25);

    private byte[] _buffer = new byte[4096];
    private Stream _stream = stream;
    private WebSocket? _socket;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken stop)
    {
        if (greeting is not null) _stream = await greeting.SecureAsync(_stream, stop).ConfigureAwait(false);
        _stream = await upgrade.UpgradeAsync(_stream, stop).ConfigureAwait(false);
        _socket = WebSocket.CreateFromStream(_stream, new WebSocketCreationOptions
        {
            IsServer = upgrade.IsServer,
            SubProtocol = "sip",
            KeepAliveInterval = KeepAlive,
            KeepAliveTimeout = KeepAlive,
        });
    }

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        // RFC 7118 §4.1: text frames hold UTF-8; a body may be something else.
        var kind = Utf8.IsValid(message.Span) ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        await _socket!.SendAsync(message, kind, endOfMessage: true, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<(CarrierRead Kind, ReadOnlyMemory<byte> Message)> ReadAsync(CancellationToken stop)
    {
        try
        {
            var length = 0;
            while (true)
            {
                var got = await _socket!.ReceiveAsync(_buffer.AsMemory(length), stop).ConfigureAwait(false);
                if (got.MessageType == WebSocketMessageType.Close) return await FarewellAsync(stop).ConfigureAwait(false);
                length += got.Count;
                if (got.EndOfMessage) return Kind(_buffer.AsMemory(0, length));
                if (length == _buffer.Length && !Grow()) return (CarrierRead.End, default);
            }
        }
        catch (WebSocketException)
        {
            return (CarrierRead.End, default); // no frames, or no farewell
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket?.Dispose();
        _stream.Dispose();
    }

    private static (CarrierRead Kind, ReadOnlyMemory<byte> Message) Kind(ReadOnlyMemory<byte> message) =>
        message.IsEmpty ? (CarrierRead.Nothing, default)
        : message.Span.SequenceEqual("\r\n\r\n"u8) ? (CarrierRead.Ping, default)
        : message.Span.SequenceEqual("\r\n"u8) ? (CarrierRead.Pong, default)
        : (CarrierRead.Message, message);

    private bool Grow()
    {
        if (_buffer.Length >= SipMessage.MaxLength) return false;
        Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, SipMessage.MaxLength));
        return true;
    }

    private async ValueTask<(CarrierRead Kind, ReadOnlyMemory<byte> Message)> FarewellAsync(CancellationToken stop)
    {
        await _socket!.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop).ConfigureAwait(false);
        return (CarrierRead.End, default);
    }
}
