// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>One TCP connection: set up, read, cut into messages, written to (RFC 3261 §18.3).</summary>
/// <remarks>
/// <code>
/// socket → SipStreamFramer → mailbox            (reader, on the pool)
/// loop   → bounded queue   → socket             (writer, on the pool)
/// </code>
/// Thread: <see cref="TrySend"/> and <see cref="Close"/> from any; the rest runs on the pool and tells the loop by its mailbox.
/// </remarks>
internal sealed class TcpConnection : IDisposable
{
    /// <summary>Messages that may wait to be written: a peer that does not read loses its connection, not our memory.</summary>
    public const int MaxQueued = 256;

    private static readonly byte[] Pong = "\r\n"u8.ToArray();
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly Mailbox _mailbox;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private long _lastActive = MonotonicClock.Now.Nanoseconds;
    private volatile Task _writing = Task.CompletedTask;
    private volatile bool _hasSpoken;

    /// <summary>A connection on a socket that is connected already, or will be by <see cref="RunAsync"/>.</summary>
    public TcpConnection(Socket socket, SipFlow flow, Mailbox mailbox)
    {
        _socket = socket;
        _mailbox = mailbox;
        Flow = flow;
        socket.NoDelay = true;
    }

    /// <summary>What the signalling core knows it by.</summary>
    public SipFlow Flow { get; }

    /// <summary>A whole message came from the peer.</summary>
    public bool HasSpoken => _hasSpoken;

    /// <summary>When a whole message, or a keep-alive, last went either way; bytes that never become one do not count.</summary>
    public Instant LastActive => new(Volatile.Read(ref _lastActive));

    /// <summary>The writer, which ends before <see cref="RunAsync"/> does and never with an exception.</summary>
    internal Task Writing => _writing;

    /// <summary>Queues a message; false when the queue is full.</summary>
    public bool TrySend(ReadOnlyMemory<byte> message)
    {
        Touch();
        return _queue.Writer.TryWrite(message);
    }

    /// <summary>Ends the connection; <see cref="RunAsync"/> then returns.</summary>
    public void Close() => _stop.Cancel();

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
        var stands = connectTo is null;
        try
        {
            if (connectTo is not null) await ConnectAsync(connectTo).ConfigureAwait(false);
            stands = true;
            _writing = WriteAsync();
            await ReadAsync().ConfigureAwait(false);
            return TransportFailure.Closed;
        }
        catch (TimeoutException)
        {
            return TransportFailure.TimedOut;
        }
        catch (SocketException e)
        {
            // A reset means refusal only while connecting.
            return stands ? TransportFailure.Closed : SocketFailures.Of(e.SocketErrorCode);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return TransportFailure.Closed;
        }
        finally
        {
            _queue.Writer.TryComplete();
            await _stop.CancelAsync().ConfigureAwait(false);
            _socket.Dispose();
            // Whatever ended the reading: the writer uses the token, and whoever awaits us frees it.
            await _writing.ConfigureAwait(false);
        }
    }

    private async Task ConnectAsync(IPEndPoint remote)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(ConnectLimit);
        try
        {
            await _socket.ConnectAsync(remote, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // Ends without an exception, whatever ends it.
    private async Task WriteAsync()
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                for (var rest = message; !rest.IsEmpty;)
                    rest = rest[await _socket.SendAsync(rest, SocketFlags.None, _stop.Token).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ReadAsync()
    {
        var framer = new SipStreamFramer();
        var buffer = new byte[8192];
        while (true)
        {
            var got = await _socket.ReceiveAsync(buffer, SocketFlags.None, _stop.Token).ConfigureAwait(false);
            if (got == 0) return;
            for (var taken = 0; taken < got;)
            {
                taken += framer.Append(buffer.AsSpan(taken, got - taken));
                if (!await TakeAllAsync(framer).ConfigureAwait(false)) return;
            }
        }
    }

    // False when the stream cannot be followed any more.
    private async Task<bool> TakeAllAsync(SipStreamFramer framer)
    {
        while (true)
        {
            switch (framer.Take(out var message))
            {
                case SipFrame.Message:
                    _hasSpoken = true;
                    Touch();
                    // A peer that is faster than the loop waits in its own kernel's window.
                    while (!_mailbox.TryPostPacket(message.Span, Flow, null)) await Task.Delay(5, _stop.Token).ConfigureAwait(false);
                    break;
                case SipFrame.Ping:
                    if (!TrySend(Pong)) return false;
                    break;
                case SipFrame.Pong:
                    Touch();
                    break;
                case SipFrame.Broken:
                    return false;
                default:
                    return true;
            }
        }
    }

    private void Touch() => Volatile.Write(ref _lastActive, MonotonicClock.Now.Nanoseconds);
}
