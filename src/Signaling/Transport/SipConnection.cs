// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>One connection: set up, greeted, read, written to (RFC 3261 §18.3; RFC 7118 for WebSocket).</summary>
/// <remarks>
/// <code>
/// socket → carrier       → mailbox              (reader, on the pool)
/// loop   → bounded queue → carrier → socket     (writer, on the pool)
/// </code>
/// Thread: <see cref="TrySend"/> and <see cref="Close"/> from any; the rest runs on the pool and tells the loop by its mailbox.
/// </remarks>
internal sealed class SipConnection : IDisposable
{
    /// <summary>How long a connect may take where nothing else leads to the peer.</summary>
    public static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);

    /// <summary>Messages that may wait to be written: a peer that does not read loses its connection, not our memory.</summary>
    public const int MaxQueued = 256;

    private static readonly byte[] Pong = "\r\n"u8.ToArray();
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FinishLimit = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly Mailbox _mailbox;
    private readonly Func<Stream, IMessageCarrier> _carry;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private long _lastActive = MonotonicClock.Now.Nanoseconds;
    private volatile Task _writing = Task.CompletedTask;
    private volatile bool _hasSpoken;
    private volatile bool _isOurEnd;
    private bool _isConnected;
    private bool _stands;

    /// <summary>A connection on a socket that is connected already, or will be by <see cref="RunAsync"/>.</summary>
    public SipConnection(Socket socket, SipFlow flow, Mailbox mailbox, Func<Stream, IMessageCarrier> carry)
    {
        _socket = socket;
        _mailbox = mailbox;
        _carry = carry;
        Flow = flow;
        socket.NoDelay = true;
    }

    /// <summary>What the signalling core knows it by.</summary>
    public SipFlow Flow { get; }

    /// <summary>How long a connect may take.</summary>
    public TimeSpan ConnectLimit { get; init; } = LongestConnect;

    /// <summary>A whole message of SIP came from the peer.</summary>
    public bool HasSpoken => _hasSpoken;

    /// <summary>When a whole message, or a keep-alive, last went either way; bytes that never become one do not count.</summary>
    public Instant LastActive => new(Volatile.Read(ref _lastActive));

    /// <summary>Why the peer's end of it never said a word of SIP, for people; null when it did, or was not there, or we had enough. Read it when <see cref="RunAsync"/> has returned.</summary>
    public string? Complaint { get; private set; }

    /// <summary>The writer, which ends before <see cref="RunAsync"/> does and never with an exception.</summary>
    internal Task Writing => _writing;

    /// <summary>Queues a message; false when the queue is full.</summary>
    public bool TrySend(ReadOnlyMemory<byte> message)
    {
        Touch();
        return _queue.Writer.TryWrite(message);
    }

    /// <summary>Ends the connection; <see cref="RunAsync"/> then returns.</summary>
    public void Close()
    {
        _isOurEnd = true;
        _stop.Cancel();
    }

    /// <summary>Lets what is queued go out, briefly, then ends the connection.</summary>
    public async Task FinishAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(FinishLimit)).ConfigureAwait(false);
        Close();
    }

    /// <summary>Frees what <see cref="RunAsync"/> no longer needs, once it has returned.</summary>
    public void Dispose() => _stop.Dispose();

    /// <summary>Connects if told to, then carries messages until the end.</summary>
    /// <param name="connectTo">Where to; null when the connection stands.</param>
    /// <returns>Why it ended.</returns>
    public async Task<TransportFailure> RunAsync(IPEndPoint? connectTo)
    {
        IMessageCarrier? carrier = null;
        try
        {
            if (connectTo is not null) await WithinAsync(ConnectLimit, stop => _socket.ConnectAsync(connectTo, stop).AsTask()).ConfigureAwait(false);
            _isConnected = true;
            carrier = _carry(new NetworkStream(_socket, ownsSocket: true));
            await WithinAsync(GreetingLimit, carrier.OpenAsync).ConfigureAwait(false);
            _stands = true;
            _writing = WriteAsync(carrier);
            await ReadAsync(carrier).ConfigureAwait(false);
            Complain(null);
            return TransportFailure.Closed;
        }
        catch (Exception e) when (EndsConnection(e))
        {
            Complain(e);
            return Cause(e);
        }
        finally
        {
            _queue.Writer.TryComplete();
            await _stop.CancelAsync().ConfigureAwait(false);
            _socket.Dispose();
            // Whatever ended the reading: the writer uses the token and the carrier, and whoever awaits us frees the one.
            await _writing.ConfigureAwait(false);
            carrier?.Dispose();
        }
    }

    // InvalidOperation is what the framework's TLS and WebSocket say when they were closed in the midst of something.
    private static bool EndsConnection(Exception e) =>
        e is OperationCanceledException or TimeoutException or SocketException or IOException or AuthenticationException or WebSocketException
            or ObjectDisposedException or InvalidOperationException;

    private void Complain(Exception? end)
    {
        if (_isConnected && !_hasSpoken && !_isOurEnd) Complaint = ConnectionComplaint.Of(Flow, end);
    }

    private TransportFailure Cause(Exception e)
    {
        if (_stands || e is OperationCanceledException or ObjectDisposedException) return TransportFailure.Closed;
        if (e is TimeoutException) return TransportFailure.TimedOut;
        if ((e as SocketException ?? e.InnerException as SocketException) is { } socket) return SocketFailures.Of(socket.SocketErrorCode);
        return e is AuthenticationException ? TransportFailure.Security : TransportFailure.Refused;
    }

    private async Task WithinAsync(TimeSpan limit, Func<CancellationToken, Task> step)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        until.CancelAfter(limit);
        try
        {
            await step(until.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // Ends without an exception, whatever ends it.
    private async Task WriteAsync(IMessageCarrier carrier)
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                await carrier.WriteAsync(message, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever it was: without a writer there is no connection, and whoever awaits us wants no word of it.
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(IMessageCarrier carrier)
    {
        while (true)
        {
            var (kind, message) = await carrier.ReadAsync(_stop.Token).ConfigureAwait(false);
            switch (kind)
            {
                case CarrierRead.Message:
                    _hasSpoken |= IsSip(message.Span);
                    Touch();
                    // A peer that is faster than the loop waits in its own kernel's window.
                    while (!_mailbox.TryPostPacket(message.Span, Flow, null)) await Task.Delay(5, _stop.Token).ConfigureAwait(false);
                    break;
                case CarrierRead.Ping:
                    if (!TrySend(Pong)) return;
                    break;
                case CarrierRead.Pong:
                    Touch();
                    break;
                case CarrierRead.Nothing:
                    break;
                default:
                    return;
            }
        }
    }

    // A server of something else may well answer in what looks like a message.
    private static bool IsSip(ReadOnlySpan<byte> message) => message[..Math.Max(0, message.IndexOf((byte)'\n'))].IndexOf("SIP/2.0"u8) >= 0;

    private void Touch() => Volatile.Write(ref _lastActive, MonotonicClock.Now.Nanoseconds);
}
