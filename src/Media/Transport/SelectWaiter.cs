// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>Waits by <see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, TimeSpan)"/>, woken through a loopback datagram: works wherever the framework does.</summary>
/// <remarks>Thread: the worker; <see cref="Wake"/>: any. The framework allocates a little in every select; the Linux path does not.</remarks>
internal sealed class SelectWaiter : ISocketWaiter
{
    private readonly List<(Socket Socket, int Token)> _watched = [];
    private readonly List<Socket> _selected = [];
    private readonly Socket _wakeReceiver;
    private readonly Socket _wakeSender;
    private readonly SocketAddress _wakeAddress;
    private readonly byte[] _wakeByte = new byte[1];
    private int _signalled;

    /// <summary>Opens the wake-up sockets.</summary>
    /// <exception cref="MediaTransportException">The process may open no more sockets, or there is no loopback address.</exception>
    public SelectWaiter()
        : this(new IPEndPoint(IPAddress.Loopback, 0))
    {
    }

    /// <summary>Opens the wake-up sockets at an address.</summary>
    internal SelectWaiter(IPEndPoint at)
    {
        try
        {
            _wakeReceiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            _wakeSender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            _wakeReceiver.Bind(at);
            _wakeReceiver.Blocking = false;
            _wakeAddress = _wakeReceiver.LocalEndPoint!.Serialize();
        }
        catch (SocketException e)
        {
            _wakeReceiver?.Dispose();
            _wakeSender?.Dispose();
            throw new MediaTransportException($"the media threads cannot be woken, no socket on {at.Address}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Add(UdpPort port, int token) => _watched.Add((port.Socket, token));

    /// <inheritdoc/>
    public void Remove(UdpPort port) => _watched.RemoveAll(watched => watched.Socket == port.Socket);

    /// <inheritdoc/>
    public int Wait(Instant now, Instant until, Span<int> ready)
    {
        _selected.Clear();
        _selected.Add(_wakeReceiver);
        foreach (var (socket, _) in _watched)
            _selected.Add(socket);
        long nanoseconds = until == Instant.Never ? 1_000_000_000 : Math.Clamp(until.Nanoseconds - now.Nanoseconds, 0, 1_000_000_000);
        Socket.Select(_selected, null, null, (int)((nanoseconds + 999) / 1000));

        int tokens = 0;
        foreach (var socket in _selected)
        {
            if (socket == _wakeReceiver)
                DrainWakeUp();
            else if (tokens < ready.Length && TokenOf(socket) is >= 0 and var token)
                ready[tokens++] = token;
        }

        return tokens;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0)
            return;
        try
        {
            _wakeSender.SendTo(_wakeByte, SocketFlags.None, _wakeAddress);
        }
        catch (SocketException)
        {
            // Disposed or out of buffers: the worker wakes within a second by itself.
        }
        catch (ObjectDisposedException)
        {
            // The engine ended meanwhile.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wakeReceiver.Dispose();
        _wakeSender.Dispose();
    }

    private int TokenOf(Socket socket)
    {
        foreach (var watched in _watched)
        {
            if (watched.Socket == socket)
                return watched.Token;
        }

        return -1;
    }

    private void DrainWakeUp()
    {
        Span<byte> one = stackalloc byte[1];
        while (_wakeReceiver.Available > 0)
            _wakeReceiver.Receive(one, SocketFlags.None, out _);
        Interlocked.Exchange(ref _signalled, 0);
    }
}
