// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Messages in a stream, cut out by their Content-Length (RFC 3261 §18.3): TCP, or TLS on top of it.</summary>
internal sealed class StreamCarrier(Stream stream, TlsGreeting? greeting) : IMessageCarrier
{
    private readonly SipStreamFramer _framer = new();
    private readonly byte[] _buffer = new byte[8192];
    private Stream _stream = stream;
    private int _got;
    private int _taken;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken stop)
    {
        if (greeting is not null) _stream = await greeting.SecureAsync(_stream, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken stop) => _stream.WriteAsync(message, stop).AsTask();

    /// <inheritdoc/>
    public async ValueTask<(CarrierRead Kind, ReadOnlyMemory<byte> Message)> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            switch (_framer.Take(out var message))
            {
                case SipFrame.Message: return (CarrierRead.Message, message);
                case SipFrame.Ping: return (CarrierRead.Ping, default);
                case SipFrame.Pong: return (CarrierRead.Pong, default);
                case SipFrame.Broken: return (CarrierRead.End, default);
            }

            if (_taken == _got)
            {
                (_taken, _got) = (0, await _stream.ReadAsync(_buffer, stop).ConfigureAwait(false));
                if (_got == 0) return (CarrierRead.End, default);
            }

            _taken += _framer.Append(_buffer.AsSpan(_taken, _got - _taken));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
