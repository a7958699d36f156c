// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Earshot.Media;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Tests.Shared;

/// <summary>One allocation on a server, over a socket or a <see cref="StreamPort"/>; the test's own thread is the worker, and waits here alone.</summary>
internal sealed class Allocation : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TurnClient _client;
    private readonly StreamPort? _stream;
    private readonly Socket? _socket;
    private readonly AutoResetEvent _told = new(false);
    private readonly byte[] _buffer = new byte[2048];
    private readonly List<TurnEvent> _events = [];
    private readonly Queue<(TransportAddress From, byte[] Data)> _received = [];

    public Allocation(StunServerUri server, IRandomSource random, X509Certificate2Collection? roots = null)
    {
        var addresses = ServerAddresses.FindAsync(server, Patience).GetAwaiter().GetResult();
        _client = new(new() { Username = server.Username!, Password = server.Password!, IsReliable = server.IsStream }, random);
        if (server.IsStream)
        {
            _stream = new StreamPort(StreamTarget.Of(server, addresses, roots), () => _told.Set());
            _stream.Start();
            return;
        }

        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Connect(addresses[0]);
    }

    public StreamPort? Stream => _stream;

    public TransportAddress Relayed => _client.Relayed;

    public T Allocate<T>()
        where T : TurnEvent
    {
        _client.Allocate(MonotonicClock.Now);
        return Await<T>();
    }

    public void Permit(TransportAddress peer)
    {
        Assert.True(_client.CreatePermission(MonotonicClock.Now, peer));
        Await<TurnEvent.Permitted>();
    }

    public void Bind(TransportAddress peer)
    {
        Assert.True(_client.BindChannel(MonotonicClock.Now, peer));
        Await<TurnEvent.ChannelBound>();
    }

    public void Send(TransportAddress peer, byte[] data)
    {
        var buffer = new byte[TurnData.Headroom + data.Length + TurnData.Tailroom];
        data.CopyTo(buffer, TurnData.Headroom);
        Assert.True(_client.TryWrap(peer, buffer, TurnData.Headroom, data.Length, out int start, out int total));
        Transmit(buffer.AsSpan(start, total));
    }

    public (TransportAddress From, byte[] Data) Receive()
    {
        Pump(() => _received.Count > 0, "a peer's packet");
        return _received.Dequeue();
    }

    public void Close()
    {
        _client.Close(MonotonicClock.Now);
        Assert.Equal(TurnEnd.Closed, Await<TurnEvent.Ended>().Cause);
    }

    public T Await<T>()
        where T : TurnEvent
    {
        Pump(() => _events.OfType<T>().Any(), typeof(T).Name);
        var happened = _events.OfType<T>().First();
        _events.Remove(happened);
        return happened;
    }

    public void Dispose()
    {
        _client.Dispose();
        _stream?.Dispose();
        _socket?.Dispose();
    }

    private void Pump(Func<bool> condition, string what)
    {
        var until = MonotonicClock.Now + Patience;
        while (!condition())
        {
            var now = MonotonicClock.Now;
            Assert.True(now < until, $"{what} never came: {string.Join(", ", _events)} {_stream?.State} {_stream?.End}");
            if (_client.PollTimeout() <= now)
                _client.HandleTimeout(now);
            while (_client.PollTransmit(_buffer, out int length))
                Transmit(_buffer.AsSpan(0, length));
            Hear(now);
            while (_client.PollEvent(out var happened))
                _events.Add(happened);
        }
    }

    private void Transmit(ReadOnlySpan<byte> packet)
    {
        if (_stream is { } stream) stream.Send(MonotonicClock.Now, packet);
        else _socket!.Send(packet);
    }

    private void Hear(Instant now)
    {
        if (_stream is null)
        {
            if (_socket!.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead))
                Take(now, _buffer.AsSpan(0, _socket.Receive(_buffer)));
            return;
        }

        _told.WaitOne(20);
        while (_stream.TryPeek(out var packet, out _))
        {
            Take(now, packet);
            _stream.Release();
        }

        if (_stream.State == StreamState.Closed)
            _client.HandleTransportFailure(now);
    }

    private void Take(Instant now, ReadOnlySpan<byte> packet)
    {
        if (_client.HandlePacket(now, packet, out var peer, out var payload) == TurnReceived.Data)
            _received.Enqueue((peer, packet[payload].ToArray()));
    }
}
