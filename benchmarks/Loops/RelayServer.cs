// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Benchmarks;

/// <summary>As much of a TURN server as an allocation with one channel needs: grants everything, relays nothing. In memory, or over one TCP connection.</summary>
internal sealed class RelayServer : IDatagramSender, IDisposable
{
    public static readonly TurnOptions Account = new() { Username = "alice", Password = "secret" };
    public static readonly TransportAddress Peer = new(0, 0xC0000201, 4000, false);
    private static readonly TransportAddress Relayed = new(0, 0xC6336401, 50000, false);
    private readonly StunKey _key = StunKey.LongTermMd5("alice", "example.org", "secret");
    private readonly byte[] _answer = new byte[500];
    private TcpListener? _listener;
    private Stream? _stream;

    /// <summary>What the client's socket would bring.</summary>
    public Queue<byte[]> Answers { get; } = [];

    /// <summary>The peer's channel; 0 before it is bound.</summary>
    public ushort Channel { get; private set; }

    /// <summary>Packets that were to be relayed.</summary>
    public int Sent { get; private set; }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (datagram[0] >> 6 == 1)
            Sent++;
        else if (Handle(datagram) is { } answer)
            Answers.Enqueue(answer);
        return true;
    }

    /// <summary>Listens for one connection, and serves it on a thread of its own.</summary>
    public IPEndPoint Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
        return (IPEndPoint)_listener.LocalEndpoint;
    }

    /// <summary>So many packets of the peer's over the connection.</summary>
    public void Relay(int packets, ReadOnlySpan<byte> packet)
    {
        for (int i = 0; i < packets; i++)
            _stream!.Write(Wrapped(packet));
    }

    /// <summary>A packet of the peer's in its channel.</summary>
    public byte[] Wrapped(ReadOnlySpan<byte> packet) =>
        [(byte)(Channel >> 8), (byte)Channel, (byte)(packet.Length >> 8), (byte)packet.Length, .. packet, .. new byte[-packet.Length & 3]];

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _stream?.Dispose();
        _key.Dispose();
    }

    private void Serve()
    {
        try
        {
            _stream = new NetworkStream(_listener!.AcceptSocket(), ownsSocket: true);
            var framer = new StunStreamFramer();
            for (int count = 1; count > 0;)
            {
                while (framer.TryTake(out var frame))
                {
                    if (frame[0] >> 6 != 1 && Handle(frame) is { } answer)
                        _stream.Write(answer);
                }

                var room = framer.Room();
                count = _stream.Read(room.Array!, room.Offset, room.Count);
                framer.Advance(count);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The benchmark is over.
        }
    }

    private byte[]? Handle(ReadOnlySpan<byte> packet)
    {
        if (!StunMessage.TryParse(packet, out var message) || message.Class != StunClass.Request)
            return null;
        bool isSigned = message.Has(StunAttribute.Nonce);
        var writer = new StunWriter(_answer, message.Method, isSigned ? StunClass.Success : StunClass.Error, message.TransactionId);
        if (!isSigned)
        {
            writer.AddError(401, "no"u8);
            writer.AddText(StunAttribute.Realm, "example.org");
            writer.AddText(StunAttribute.Nonce, "n1");
        }
        else
        {
            Grant(message, ref writer);
            writer.AddSha1(_key);
        }

        writer.AddFingerprint();
        writer.TryFinish(out int length);
        return _answer[..length];
    }

    private void Grant(in StunMessage message, ref StunWriter writer)
    {
        if (message.Method == StunMethod.Allocate)
        {
            writer.AddXorAddress(StunAttribute.XorRelayedAddress, Relayed);
            writer.AddXorAddress(StunAttribute.XorMappedAddress, Relayed);
        }

        if (message.Method is StunMethod.Allocate or StunMethod.Refresh)
            writer.AddUInt32(StunAttribute.Lifetime, 3600);
        if (message.Method == StunMethod.ChannelBind && message.TryGetUInt32(StunAttribute.ChannelNumber, out uint channel))
            Channel = (ushort)(channel >> 16);
    }
}
